"""What snapshots say has happened: the facts decide, not the order in which they arrive."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.campaigns.words import EventKind, OrderStatus
from paldies.orders.events import Corrected, Known, New, News, news
from paldies.orders.happenings import happenings, said_in
from paldies.orders.snapshot import Snapshot
from tests.factories import NOON, RIGA

ZONE = ZoneInfo(RIGA)
HOUR = timedelta(hours=1)
PLACED_AT = NOON - HOUR


def snapshot(**changes: Any) -> Snapshot:
    """Alice's order, placed an hour ago."""
    return Snapshot(
        **{"id": "1001", "status": OrderStatus.PENDING, "total": 5990, "placed_at": PLACED_AT} | changes
    )


def told(changes: Snapshot, known: list[Known] | None = None, *, now: datetime = NOON, **more: Any) -> News:
    happened = happenings(changes, said_in(changes, zone=ZONE, now=now))
    return news(happened, known or [], zone=ZONE, now=now, **more)


def kinds(found: News) -> list[EventKind]:
    return [event.kind for event in found.new]


def on_record(found: News, *, seen_at: datetime = NOON, before: list[Known] | None = None) -> list[Known]:
    """What the database holds once news is written down."""
    kept = {event.id: event for event in before or []}
    for change in found.corrected:
        kept[change.id] = replace(kept[change.id], happened_at=change.happened_at, amount=change.amount)
    for event in found.new:
        number = len(kept) + 1
        kept[number] = Known(number, event.kind, event.ordinal, event.happened_at, seen_at, event.amount)
    return list(kept.values())


def event(found: News, kind: EventKind) -> New:
    return next(event for event in found.new if event.kind is kind)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["placed"]),
        ({"status": OrderStatus.CONFIRMED}, ["placed", "confirmed"]),
        ({"confirmed_at": NOON}, ["placed", "confirmed"]),
        ({"paid_at": NOON}, ["placed", "confirmed", "paid"]),
        ({"status": OrderStatus.PAID}, ["placed", "confirmed", "paid"]),
        ({"status": OrderStatus.PART_SHIPPED}, ["placed", "confirmed", "part_shipped"]),
        ({"status": OrderStatus.SHIPPED}, ["placed", "confirmed", "shipped"]),
        ({"status": OrderStatus.DELIVERED}, ["placed", "confirmed", "delivered"]),
        ({"status": OrderStatus.CANCELLED}, ["placed", "cancelled"]),
        ({"cancelled_at": NOON}, ["placed", "cancelled"]),
        ({"status": OrderStatus.REFUNDED}, ["placed", "confirmed", "refunded"]),
        ({"refunded_at": NOON}, ["placed", "refunded"]),
        ({"refunded_total": 5990}, ["placed", "refunded"]),
        ({"refunded_total": 7000}, ["placed", "refunded"]),
        ({"refunded_total": 1000}, ["placed", "part_refunded"]),
        ({"refunded_total": 1000, "refunded_at": NOON}, ["placed", "part_refunded"]),
        ({"refunded_total": 0, "total": 0}, ["placed"]),
        ({"refunded_total": 10, "total": None}, ["placed", "refunded"]),
        ({"status": OrderStatus.PART_REFUNDED}, ["placed", "confirmed", "part_refunded"]),
        ({"status": None, "payment_method": "Cash on delivery"}, ["placed", "confirmed"]),
        ({"status": None, "payment_method": "cash_on_delivery"}, ["placed", "confirmed"]),
        ({"status": None, "payment_method": "Rēķins"}, ["placed", "confirmed"]),
        ({"status": None, "payment_method": "card"}, ["placed"]),
        ({"status": OrderStatus.PENDING, "payment_method": "invoice"}, ["placed"]),
        ({"status": None, "payment_method": "invoice", "cancelled_at": NOON}, ["placed", "cancelled"]),
    ],
)  # fmt: skip
def test_what_a_snapshot_implies(changes: dict[str, Any], expected: list[str]) -> None:
    assert [kind.removeprefix("order.") for kind in kinds(told(snapshot(**changes)))] == expected


def test_an_event_happened_when_the_shop_says_so() -> None:
    paid = event(told(snapshot(paid_at=PLACED_AT + HOUR / 2)), EventKind.PAID)

    assert paid.happened_at == PLACED_AT + HOUR / 2
    assert paid.is_exact


def test_an_event_without_a_time_happened_when_it_was_first_seen() -> None:
    paid = event(told(snapshot(status=OrderStatus.PAID)), EventKind.PAID)

    assert paid.happened_at == NOON
    assert not paid.is_exact


def test_an_order_was_confirmed_at_the_latest_when_it_was_shipped() -> None:
    found = told(snapshot(shipped_at=NOON - HOUR / 2, delivered_at=NOON))

    assert event(found, EventKind.CONFIRMED).happened_at == NOON - HOUR / 2


def test_cash_paid_at_the_door_does_not_move_the_confirmation() -> None:
    known = on_record(told(snapshot(status=OrderStatus.CONFIRMED)))

    found = told(snapshot(status=OrderStatus.PAID, paid_at=NOON + 48 * HOUR), known, now=NOON + 49 * HOUR)

    assert kinds(found) == [EventKind.PAID]
    assert found.corrected == ()


def test_a_day_without_an_hour_is_its_last_moment_in_the_shops_zone() -> None:
    found = told(snapshot(paid_at=date(2026, 11, 17)))

    assert event(found, EventKind.PAID).happened_at == datetime(2026, 11, 17, 21, 59, 59, 999999, tzinfo=UTC)


def test_a_day_that_still_lasts_stands_for_now() -> None:
    paid = event(told(snapshot(paid_at=date(2026, 11, 18))), EventKind.PAID)

    assert paid.happened_at == NOON
    assert not paid.is_exact


def test_a_day_said_again_later_that_day_corrects_nothing() -> None:
    known = on_record(told(snapshot(paid_at=date(2026, 11, 18))))

    assert told(snapshot(paid_at=date(2026, 11, 18), tags=("new",)), known, now=NOON + 3 * HOUR) == News()


@pytest.mark.parametrize(
    "never", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), date(1970, 1, 1)]
)
def test_an_absurd_time_is_no_time(never: datetime | date) -> None:
    found = told(snapshot(cancelled_at=never, placed_at=never))

    assert kinds(found) == [EventKind.PLACED]
    assert event(found, EventKind.PLACED).happened_at == NOON


def test_a_clock_that_is_a_little_fast_is_taken_for_now() -> None:
    found = told(snapshot(paid_at=NOON + timedelta(minutes=5)))

    assert event(found, EventKind.PAID).happened_at == NOON


@pytest.mark.parametrize("planned", [NOON + 48 * HOUR, date(2026, 11, 20)])
def test_what_is_only_planned_has_not_happened_until_it_has(planned: datetime | date) -> None:
    expected = snapshot(status=OrderStatus.SHIPPED, delivered_at=planned)

    known = on_record(told(expected))
    found = told(expected, known, now=NOON + 49 * HOUR)

    assert EventKind.DELIVERED not in {event.kind for event in known}
    assert kinds(found) == [EventKind.DELIVERED]


def test_a_corrected_time_moves_the_event_and_does_not_repeat_it() -> None:
    known = on_record(told(snapshot(paid_at=NOON)))

    found = told(snapshot(paid_at=NOON - HOUR / 2), known, now=NOON + HOUR)

    paid, confirmed = (
        next(e for e in known if e.kind is kind) for kind in (EventKind.PAID, EventKind.CONFIRMED)
    )
    assert found.new == ()
    assert set(found.corrected) == {
        Corrected(paid.id, NOON - HOUR / 2),
        Corrected(confirmed.id, NOON - HOUR / 2),
    }


def test_a_time_that_disappears_changes_nothing() -> None:
    known = on_record(told(snapshot(paid_at=NOON)))

    assert told(snapshot(status=OrderStatus.PAID), known, now=NOON + HOUR) == News()


def test_a_guess_gives_way_to_a_fact_even_from_an_older_snapshot() -> None:
    known = on_record(told(snapshot(status=OrderStatus.PAID)))

    found = told(snapshot(paid_at=NOON - HOUR / 2), known, now=NOON + HOUR, is_older=True)

    assert {change.happened_at for change in found.corrected} == {NOON - HOUR / 2}


def test_an_older_snapshot_does_not_overwrite_a_fact() -> None:
    known = on_record(told(snapshot(paid_at=NOON - HOUR / 2)))

    assert told(snapshot(paid_at=NOON - HOUR), known, now=NOON + HOUR, is_older=True) == News()


def test_every_further_partial_refund_is_an_event_of_its_own() -> None:
    known = on_record(told(snapshot(refunded_total=1000)))
    known = on_record(told(snapshot(refunded_total=2500), known), before=known)

    found = told(snapshot(refunded_total=5990), known)

    part = [(event.ordinal, event.amount) for event in known if event.kind is EventKind.PART_REFUNDED]
    assert part == [(1, 1000), (2, 2500)]
    assert kinds(found) == [EventKind.REFUNDED]


def test_a_refund_that_is_taken_back_is_no_event() -> None:
    known = on_record(told(snapshot(refunded_total=2500)))

    assert told(snapshot(refunded_total=1000), known) == News()


def test_a_partial_refund_whose_sum_becomes_known_later_is_the_same() -> None:
    known = on_record(told(snapshot(status=OrderStatus.PART_REFUNDED)))

    found = told(snapshot(status=OrderStatus.PART_REFUNDED, refunded_total=1000), known)

    assert found.new == ()
    assert [change.amount for change in found.corrected] == [1000]


def test_the_time_of_the_first_refund_is_not_taken_for_the_seconds() -> None:
    known = on_record(told(snapshot(refunded_total=1000, refunded_at=NOON - HOUR / 2)))

    found = told(snapshot(refunded_total=2500, refunded_at=NOON - HOUR / 2), known, now=NOON + HOUR)

    assert event(found, EventKind.PART_REFUNDED).happened_at == NOON + HOUR


_STEPS: list[dict[str, Any]] = [
    {"status": OrderStatus.CONFIRMED, "confirmed_at": PLACED_AT + timedelta(minutes=2)},
    {"status": OrderStatus.PAID, "paid_at": PLACED_AT + timedelta(minutes=5)},
    {"status": OrderStatus.SHIPPED, "shipped_at": PLACED_AT + timedelta(minutes=10)},
    {"status": OrderStatus.DELIVERED, "delivered_at": PLACED_AT + timedelta(minutes=20)},
    {"refunded_total": 1000, "refunded_at": PLACED_AT + timedelta(minutes=30)},
    {"refunded_total": 2500, "refunded_at": PLACED_AT + timedelta(minutes=35)},
    {
        "status": OrderStatus.REFUNDED,
        "refunded_total": 5990,
        "refunded_at": PLACED_AT + timedelta(minutes=40),
    },
    {"status": OrderStatus.CANCELLED, "cancelled_at": PLACED_AT + timedelta(minutes=45)},
    {"paid_at": PLACED_AT + timedelta(minutes=4)},  # a correction
]


@given(st.sets(st.integers(0, len(_STEPS) - 1)), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_any_order_of_the_same_snapshots_ends_in_the_same_events(chosen: set[int], chance: Any) -> None:
    facts: dict[str, Any] = {}
    life = [snapshot()]
    for number in sorted(chosen):
        facts |= _STEPS[number]
        life.append(snapshot(**facts))

    def end_of(order: list[int]) -> set[tuple[EventKind, int, datetime]]:
        known: list[Known] = []
        newest = -1
        for number in order:
            known = on_record(told(life[number], known, is_older=number < newest), before=known)
            newest = max(newest, number)
        return {(event.kind, event.amount, event.happened_at) for event in known}

    in_turn = list(range(len(life)))
    shuffled = in_turn + chance.sample(in_turn, len(in_turn) // 2)
    chance.shuffle(shuffled)

    assert end_of(shuffled) == end_of(in_turn)
