"""What may have gone already, from another copy or before a silence, waits for a person; the rest goes."""

from datetime import datetime, timedelta

import pytest

from paldies.campaigns.decisions import Cancel, Decision, Hold, Send, Skip
from paldies.campaigns.planner import Decline, Enrol, enrol, is_late_seen
from paldies.campaigns.policy import decide
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EventKind
from tests.factories import NOON, arrival, campaign, due, facts, step

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HELD = (Hold, Reason.RESTORED)
SILENT = (Hold, Reason.AFTER_SILENCE)


def decided(decision: Decision) -> tuple[type, Reason | None]:
    return type(decision), getattr(decision, "reason", None)


@pytest.mark.parametrize(
    ("adopted_at", "expected"),
    [(NOON - HOUR, (Send, None)), (NOON, (Send, None)), (NOON + MINUTE, HELD)],
)
def test_what_was_due_before_a_database_was_adopted_waits(
    adopted_at: datetime, expected: tuple[type, Reason | None]
) -> None:
    assert decided(decide(due(), facts(adopted_at=adopted_at), NOON + 2 * MINUTE)) == expected


def test_what_was_put_off_here_may_have_gone_there() -> None:
    put_off = due(send_at=NOON + 3 * HOUR, event_at=NOON - HOUR, expires_at=NOON + 9 * HOUR)

    decision = decide(put_off, facts(adopted_at=NOON), NOON + 3 * HOUR)

    assert decided(decision) == HELD


def test_a_guess_at_when_something_happened_is_no_proof_that_it_is_new() -> None:
    guessed = due(event_at=NOON, send_at=NOON + 20 * MINUTE, not_before=NOON - DAY)
    known = due(event_at=NOON, send_at=NOON + 20 * MINUTE, not_before=NOON - MINUTE)
    adopted = facts(adopted_at=NOON + MINUTE)

    assert decided(decide(guessed, adopted, NOON + HOUR)) == HELD
    assert decided(decide(known, adopted, NOON + HOUR)) == (Send, None)


def test_a_persons_word_counts_until_the_next_restore() -> None:
    released = due(released_at=NOON + HOUR)

    first = decide(released, facts(adopted_at=NOON + MINUTE), NOON + 2 * HOUR)
    again = decide(released, facts(adopted_at=NOON + 2 * HOUR), NOON + 3 * HOUR)

    assert [decided(first), decided(again)] == [(Send, None), HELD]


def test_nobody_is_asked_about_what_could_not_go_anyway() -> None:
    adopted = {"adopted_at": NOON + DAY, "woke_at": NOON + DAY}

    refunded = decide(due(), facts(**adopted, happened=frozenset({EventKind.REFUNDED})), NOON + HOUR)
    late = decide(due(), facts(**adopted), NOON + 2 * DAY)

    assert decided(refunded) == (Cancel, Reason.ORDER_REFUNDED)
    assert decided(late) == (Skip, Reason.TOO_LATE)


@pytest.mark.parametrize(("late_by", "expected"), [(HOUR, (Send, None)), (HOUR + MINUTE, SILENT)])
def test_after_a_silence_what_is_no_longer_fresh_waits(
    late_by: timedelta, expected: tuple[type, Reason | None]
) -> None:
    woke_at = NOON + late_by

    assert decided(decide(due(), facts(woke_at=woke_at), woke_at)) == expected


def test_a_step_that_chose_its_moment_waits_if_that_lies_in_the_silence() -> None:
    chosen = due(step=step(after=20 * HOUR, within=24 * HOUR), event_at=NOON - 20 * HOUR, send_at=NOON)

    assert decided(decide(chosen, facts(woke_at=NOON + 2 * HOUR), NOON + 2 * HOUR)) == SILENT


@pytest.mark.parametrize(
    ("not_before", "is_first_sight", "expected"),
    [
        (NOON - HOUR, True, Enrol),
        (NOON - 2 * DAY, True, Decline),  # an old order, and nobody says since when it has been like this
        (NOON - 2 * DAY, False, Enrol),  # one that we knew has changed
        (None, True, Enrol),
    ],
)
def test_an_order_that_only_now_turns_up_is_no_news_if_it_is_old(
    not_before: datetime | None, is_first_sight: bool, expected: type
) -> None:
    found = arrival(not_before=not_before, is_first_sight=is_first_sight)

    assert type(enrol(campaign(), found)) is expected


def test_for_an_order_that_is_new_to_us_catch_up_counts_from_the_earliest_moment() -> None:
    new = arrival(not_before=NOON - 3 * HOUR, is_first_sight=True)
    known = arrival(not_before=NOON - 3 * HOUR)
    strict = campaign(catch_up=2 * HOUR)

    assert enrol(strict, new) == Decline(Reason.SEEN_TOO_LATE)
    assert type(enrol(strict, known)) is Enrol


def test_what_happens_to_orders_of_long_ago_counts_for_the_blast_breaker() -> None:
    fresh = is_late_seen(NOON, NOON, placed_at=NOON - 10 * DAY)
    tidied_up = is_late_seen(NOON, NOON, placed_at=NOON - 40 * DAY)
    long_unseen = is_late_seen(NOON, NOON, not_before=NOON - 2 * DAY)

    assert (fresh, tidied_up, long_unseen) == (False, True, True)
