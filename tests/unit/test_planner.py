"""Who enters a campaign, what is planned for them, and what follows a leg."""

from datetime import timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paldies.campaigns.legs import Leg, is_last_channel, next_leg
from paldies.campaigns.planner import (
    Decline,
    Enrol,
    Join,
    Passage,
    PlannedStep,
    arm,
    enrol,
    is_late_seen,
    plan,
)
from paldies.campaigns.reasons import Reason, Scope
from paldies.campaigns.words import Arm, EnrolmentState, EventKind
from tests.factories import NOON, arrival, campaign, step

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def passage(**changes):
    values = {
        "key": "first_day/store:1000/order.confirmed.1",
        "subject": "store:1000",
        "state": EnrolmentState.OPEN,
        "event_at": NOON - HOUR,
        "anchor_at": NOON - HOUR,
    }
    return Passage(**values | changes)


def test_a_plan_counts_from_the_event_and_looks_at_choosy_steps_at_once():
    steps = (
        step(name="1_hello", after=20 * MINUTE),
        step(name="2_reminder", after=16 * HOUR, within=DAY, channels=("call", "email")),
        step(name="3_thanks", key="3_thank_you", after=20 * HOUR, approve=True),
    )

    assert plan(campaign(steps=steps)) == (
        PlannedStep("1_hello", "email", 20 * MINUTE),
        PlannedStep("2_reminder", "call", timedelta(0)),
        PlannedStep("3_thank_you", "email", timedelta(0)),
    )


def test_an_order_that_fits_goes_in():
    assert enrol(campaign(who="order.total >= 20"), arrival()) == Enrol(Arm.TREATED)


def test_what_the_shop_reports_too_late_stays_out():
    careful = campaign(catch_up=DAY)

    assert isinstance(enrol(careful, arrival(first_seen_at=NOON + DAY)), Enrol)
    assert enrol(careful, arrival(first_seen_at=NOON + DAY + MINUTE)) == Decline(Reason.SEEN_TOO_LATE)
    assert isinstance(enrol(campaign(), arrival(first_seen_at=NOON + 90 * DAY)), Enrol)


def test_who_is_asked_of_the_order():
    assert enrol(campaign(who="order.total >= 100"), arrival()) == Decline(Reason.WHO)


def test_a_question_without_an_answer_keeps_the_order_out_and_says_why():
    decision = enrol(campaign(who="order.total > 20"), arrival(order=None))

    assert isinstance(decision, Decline) and decision.reason is Reason.WHO_UNCLEAR
    assert "'order' is undefined" in decision.note


@pytest.mark.parametrize("apart", [-2 * HOUR, -MINUTE, timedelta(0), 2 * HOUR])
def test_orders_placed_within_two_hours_share_a_passage(apart):
    decision = enrol(campaign(), arrival(earlier=(passage(anchor_at=NOON + apart),)))

    assert decision == Join("first_day/store:1000/order.confirmed.1")


def test_orders_further_apart_go_their_own_ways():
    assert isinstance(
        enrol(campaign(), arrival(earlier=(passage(anchor_at=NOON - 2 * HOUR - MINUTE),))), Enrol
    )


@pytest.mark.parametrize("state", [EnrolmentState.STOPPED, EnrolmentState.DECLINED, EnrolmentState.JOINED])
def test_nobody_joins_what_is_not_under_way(state):
    earlier = (passage(state=state),)

    assert isinstance(enrol(campaign(again_after=DAY), arrival(earlier=earlier)), Enrol)


def test_a_third_order_joins_the_earliest():
    earlier = (
        passage(key="later", anchor_at=NOON - MINUTE),
        passage(key="first", anchor_at=NOON - HOUR, state=EnrolmentState.FINISHED),
    )

    assert enrol(campaign(), arrival(earlier=earlier)) == Join("first")


def test_a_second_parcel_of_the_same_order_speaks_for_itself():
    parcels = campaign(trigger=EventKind.PART_SHIPPED)
    first = passage(subject="store:1001", key="parcels/store:1001/order.part_shipped.1")

    assert isinstance(enrol(parcels, arrival(earlier=(first,))), Enrol)


@pytest.mark.parametrize("state", [state for state in EnrolmentState if state is not EnrolmentState.DECLINED])
def test_an_order_does_not_enter_again_by_what_begins_the_campaign_since_it_was_edited(state):
    edited = campaign(trigger=EventKind.PAID)
    inside = passage(subject="store:1001", key="first_day/store:1001/order.confirmed.1", state=state)

    assert enrol(edited, arrival(earlier=(inside,))) == Decline(Reason.HAS_ENTERED)
    assert isinstance(enrol(edited, arrival(earlier=(inside,), is_by_hand=True)), Enrol)


def test_an_order_that_had_stayed_out_may_enter_by_what_begins_the_campaign_now():
    edited = campaign(trigger=EventKind.PAID)
    outside = passage(
        subject="store:1001",
        key="first_day/store:1001/order.confirmed.1",
        state=EnrolmentState.DECLINED,
    )

    assert isinstance(enrol(edited, arrival(earlier=(outside,))), Enrol)


def test_the_same_customer_is_not_told_again_too_soon():
    monthly = campaign(again_after=30 * DAY)
    last = {"event_at": NOON - 29 * DAY, "anchor_at": NOON - 29 * DAY}

    assert enrol(monthly, arrival(earlier=(passage(**last),))) == Decline(Reason.AGAIN_TOO_SOON)
    assert isinstance(enrol(campaign(again_after=29 * DAY), arrival(earlier=(passage(**last),))), Enrol)


def test_being_late_is_asked_before_who_and_joining_before_again():
    strict = campaign(catch_up=HOUR, who="order.total > 100", again_after=DAY)
    late = arrival(first_seen_at=NOON + DAY, earlier=(passage(),))

    assert enrol(strict, late) == Decline(Reason.SEEN_TOO_LATE)
    assert enrol(strict, arrival(earlier=(passage(),))) == Decline(Reason.WHO)
    assert enrol(campaign(again_after=DAY), arrival(earlier=(passage(),))) == Join(passage().key)


def test_the_arm_is_pinned_per_campaign_and_customer():
    alice = UUID("6a0f9bd2-8f0c-5a5c-9a51-2f5d8c2f6c11")

    assert arm("first_day", alice, 0.38) is Arm.TREATED
    assert arm("first_day", alice, 0.39) is Arm.HOLDOUT


def test_the_holdout_is_as_large_as_asked_and_independent_between_campaigns():
    people = [uuid5(UUID(int=0), str(number)) for number in range(4000)]

    held_out = {person for person in people if arm("first_day", person, 0.25) is Arm.HOLDOUT}
    elsewhere = {person for person in people if arm("win_back", person, 0.25) is Arm.HOLDOUT}

    assert 900 < len(held_out) < 1100
    assert 180 < len(held_out & elsewhere) < 320


def test_nobody_is_held_out_of_a_promise():
    promise = campaign(trigger=EventKind.PROMISE_BROKEN, holdout=1.0)

    assert enrol(promise, arrival()) == Enrol(Arm.TREATED)
    assert enrol(campaign(holdout=1.0), arrival()) == Enrol(Arm.HOLDOUT)


def test_more_than_an_hour_between_event_and_sight_is_late():
    assert not is_late_seen(NOON, NOON + HOUR)
    assert is_late_seen(NOON, NOON + HOUR + timedelta(seconds=1))


def test_the_next_leg_is_the_next_channel():
    reminder = step(channels=("call", "email", "task"))

    assert next_leg(reminder, 1, Reason.NO_CONSENT) == Leg(2, "email")
    assert next_leg(reminder, 2, Reason.BOUNCED) == Leg(3, "task")
    assert next_leg(reminder, 3, Reason.NO_ADDRESS) is None
    assert [is_last_channel(reminder, channel) for channel in reminder.channels] == [False, False, True]


def test_an_unanswered_call_is_tried_again_before_the_next_channel():
    reminder = step(channels=("call", "email"), retry=(2 * HOUR, 3 * HOUR))

    assert next_leg(reminder, 1, Reason.NOT_REACHED) == Leg(2, "call", 2 * HOUR)
    assert next_leg(reminder, 2, Reason.NOT_REACHED) == Leg(3, "call", 3 * HOUR)
    assert next_leg(reminder, 3, Reason.NOT_REACHED) == Leg(4, "email")
    assert next_leg(reminder, 1, Reason.REFUSED) == Leg(4, "email")


@given(reason=st.sampled_from([reason for reason in Reason if reason.scope is not Scope.LEG]))
def test_what_ends_the_step_opens_no_leg(reason):
    assert next_leg(step(channels=("call", "email")), 1, reason) is None
