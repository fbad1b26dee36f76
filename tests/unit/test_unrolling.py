"""What a shop would have told when, from what it says of an order in the end."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from paldies.campaigns.words import OrderStatus
from paldies.orders.happenings import TIMES
from paldies.orders.snapshot import Snapshot
from paldies.simulation.unrolling import Record, arrivals, as_of
from tests.factories import NOON, RIGA

ZONE = ZoneInfo(RIGA)
DAY = timedelta(days=1)


def record(status: OrderStatus | None = OrderStatus.DELIVERED, **said: Any) -> Record:
    return Record(Snapshot(id="1", status=status, **{"placed_at": NOON, **said}))


def moments(told: Record) -> list[datetime]:
    return [arrival.at for arrival in arrivals(told, ZONE)]


def test_every_time_that_an_order_names_is_news_when_it_comes() -> None:
    told = record(paid_at=NOON + DAY, shipped_at=NOON + 2 * DAY, delivered_at=NOON + 4 * DAY)

    assert moments(told) == [NOON, NOON + DAY, NOON + 2 * DAY, NOON + 4 * DAY]


def test_a_payment_that_came_before_the_order_is_told_with_it() -> None:
    told = record(paid_at=NOON - timedelta(minutes=1), delivered_at=NOON + 4 * DAY)

    at_first = as_of(told, NOON, ZONE)

    assert moments(told) == [NOON, NOON + 4 * DAY]
    assert (at_first.status, at_first.paid_at) == (OrderStatus.PAID, NOON - timedelta(minutes=1))


def test_of_an_order_whose_day_alone_is_known_a_payment_is_told_when_it_comes() -> None:
    told = record(placed_at=NOON.date(), paid_at=NOON)

    assert moments(told)[0] == NOON


def test_before_it_was_paid_an_order_was_pending_and_nobody_knew_that_it_would_arrive() -> None:
    told = record(paid_at=NOON + DAY, delivered_at=NOON + 4 * DAY)

    at_first, paid = as_of(told, NOON, ZONE), as_of(told, NOON + DAY, ZONE)

    assert (at_first.status, at_first.paid_at, at_first.delivered_at) == (OrderStatus.PENDING, None, None)
    assert (paid.status, paid.paid_at, paid.delivered_at) == (OrderStatus.PAID, NOON + DAY, None)


def test_an_order_that_stands_since_nobody_knows_when_stood_from_the_beginning() -> None:
    told = record(OrderStatus.SHIPPED, shipped_at=NOON + DAY)

    assert as_of(told, NOON, ZONE).status is OrderStatus.CONFIRMED


def test_an_order_that_was_cancelled_without_ever_being_paid_did_not_stand() -> None:
    told = record(OrderStatus.CANCELLED, cancelled_at=NOON + DAY)

    assert as_of(told, NOON, ZONE).status is OrderStatus.PENDING


def test_a_shop_that_tells_no_states_is_given_none() -> None:
    told = record(None, paid_at=NOON + DAY)

    assert as_of(told, NOON, ZONE).status is None


def test_money_comes_back_when_it_comes_back() -> None:
    told = record(OrderStatus.REFUNDED, refunded_at=NOON + DAY, refunded_total=5990)

    assert as_of(told, NOON, ZONE).refunded_total is None
    assert as_of(told, NOON + DAY, ZONE).refunded_total == 5990


def test_what_has_no_time_of_its_own_is_known_at_the_last_change() -> None:
    told = record(OrderStatus.CANCELLED, updated_at=NOON + 3 * DAY)

    assert [(one.at, one.is_whole) for one in arrivals(told, ZONE)] == [(NOON, False), (NOON + 3 * DAY, True)]


def test_what_was_heard_late_is_heard_late_again() -> None:
    told = Record(
        Snapshot(id="1", status=OrderStatus.PAID, placed_at=NOON, paid_at=NOON),
        heard_at={"placed_at": NOON, "paid_at": NOON + DAY},
    )

    assert moments(told) == [NOON, NOON + DAY]
    assert as_of(told, NOON, ZONE).paid_at is None


def test_a_day_without_an_hour_is_known_when_it_is_over() -> None:
    told = record(delivered_at=date(2026, 11, 20))

    assert moments(told)[-1] == datetime(2026, 11, 20, 21, 59, 59, 999999, tzinfo=UTC)


def test_an_order_without_any_time_is_never_heard_of() -> None:
    assert moments(Record(Snapshot(id="1", status=OrderStatus.PAID))) == []


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.integers(0, 40).map(lambda hours: NOON + timedelta(hours=hours)) for name in TIMES
        },
    ),
    st.sampled_from([None, *OrderStatus]),
)
def test_nothing_is_known_before_it_has_happened_and_nothing_is_forgotten(
    said: dict[str, Any], status: OrderStatus | None
) -> None:
    told = record(status, **said)

    for at in moments(told):
        snapshot = as_of(told, at, ZONE)
        known = {name: getattr(snapshot, name) for name in TIMES}
        meant = {name: getattr(told.snapshot, name) for name in TIMES}
        assert known == {name: time if time and time <= at else None for name, time in meant.items()}
