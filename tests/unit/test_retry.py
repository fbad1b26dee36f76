"""When a refused message is tried again."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from paldies.campaigns.reasons import Reason
from paldies.outbox.retry import GiveUp, RetryAt, after_refusal
from tests.factories import NOON

KEY = "first_day/store:1001/order.confirmed.1/1_right_choice/1"
NEVER = NOON + timedelta(days=365)


def wait(attempts, *, key=KEY):
    decision = after_refusal(key, attempts, permanent=False, now=NOON, expires_at=NEVER)
    assert isinstance(decision, RetryAt)
    return decision.at - NOON


@given(key=st.text())
def test_the_waits_grow_and_the_first_is_long_enough_for_greylisting(key):
    waits = [wait(attempts, key=key) for attempts in range(1, 6)]

    assert waits == sorted(waits)
    assert timedelta(minutes=5) <= waits[0] <= timedelta(minutes=7, seconds=30)
    assert timedelta(hours=4, minutes=48) <= waits[4] <= timedelta(hours=7, minutes=12)


def test_after_the_fifth_try_it_stays_at_about_six_hours():
    assert all(timedelta(hours=4) < wait(attempts) < timedelta(hours=8) for attempts in range(5, 50))


def test_a_replay_waits_exactly_as_long():
    assert wait(1) == wait(1) == timedelta(seconds=318, microseconds=434868)


def test_two_messages_do_not_come_back_together():
    assert wait(1) != wait(1, key=KEY.replace("1001", "1002"))


@given(attempts=st.integers(1, 10), life=st.integers(0, 600).map(lambda minutes: timedelta(minutes=minutes)))
def test_nothing_is_tried_after_its_deadline(attempts, life):
    decision = after_refusal(KEY, attempts, permanent=False, now=NOON, expires_at=NOON + life)

    if wait(attempts) <= life:
        assert decision == RetryAt(NOON + wait(attempts))
    else:
        assert decision == GiveUp(Reason.GAVE_UP)


def test_what_is_refused_for_good_is_not_tried_again():
    assert after_refusal(KEY, 1, permanent=True, now=NOON, expires_at=NEVER) == GiveUp(Reason.REFUSED)
