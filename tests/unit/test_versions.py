"""What an edited plan changes, in words, and what it means for one order that is inside."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from paldies.campaigns.definition import Campaign
from paldies.campaigns.moving import move
from paldies.campaigns.outlook import Outlook
from paldies.campaigns.planner import plan
from paldies.campaigns.reasons import Reason
from paldies.campaigns.traits import Traits, Window
from paldies.campaigns.underway import Change, Effect, Entry, Underway
from paldies.campaigns.versions import differences, in_short, likely_renamed, lost_keys
from paldies.campaigns.words import EventKind, MessageStatus, Purpose
from tests.factories import CALL, EMAIL, NEW_YORK, NOON, RIGA, SMS, TASK, campaign, step

TRAITS: dict[str, Traits] = {each.name: each for each in (EMAIL, CALL, SMS, TASK)}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HELLO = step(name="1_hello", after=HOUR)
TIPS = step(name="2_tips", after=16 * HOUR)
THANKS = step(name="3_thanks", after=2 * DAY)
OLD = campaign(steps=(HELLO, TIPS, THANKS))
SHOPPING_HOURS = Window(opens=10 * 60, closes=18 * 60)


def entry(name: str, **changes: Any) -> Entry:
    """A message of Alice's that nobody has looked at yet."""
    planned = next(each for each in plan(OLD) if each.key == name)
    values: dict[str, Any] = {
        "id": int(name[0]),
        "step": name,
        "leg": 1,
        "channel": planned.channel,
        "purpose": Purpose.SERVICE,
        "status": MessageStatus.SCHEDULED,
        "reason": "",
        "send_at": NOON + planned.offset,
    }
    return Entry(**values | changes)


def sent(name: str) -> Entry:
    fresh = entry(name)
    return replace(fresh, status=MessageStatus.SENT, claimed_at=fresh.send_at)


def inside(*entries: Entry, **changes: Any) -> Underway:
    """Alice's order, confirmed at noon; what is not named is as the old plan has it."""
    named = {each.step for each in entries}
    others = [entry(each.name) for each in OLD.steps if each.name not in named]
    values: dict[str, Any] = {
        "key": "first_day/store:1001/order.confirmed.1",
        "event_at": NOON,
        "entries": tuple(sorted([*entries, *others], key=lambda each: (each.step, each.leg))),
        "home_zone": RIGA,
        "zones": (RIGA,),
    }
    return Underway(**values | changes)


def moved(passage: Underway, new: Campaign, *, at: timedelta, old: Campaign = OLD) -> list[Change]:
    return list(move(passage, old, new, traits=TRAITS, now=NOON + at).changes)


def with_steps(*steps: Any) -> Campaign:
    return replace(OLD, steps=steps)


def told(new: Campaign, old: Campaign = OLD) -> list[str]:
    return [one.sentence for one in differences(old, new)]


def test_a_plan_that_is_the_same_has_no_difference() -> None:
    assert told(OLD) == []
    assert in_short(OLD, OLD) == "the same in other words"
    assert in_short(None, OLD) == "the first one: 1_hello, 2_tips, 3_thanks"


def test_an_edit_is_told_in_words() -> None:
    edited = with_steps(
        replace(HELLO, channels=("call", "email"), window=SHOPPING_HOURS, approve=True),
        step(name="2_reminder", key="2_tips", after=12 * HOUR, when="order.todo"),
        step(name="4_review", after=7 * DAY),
    )

    assert told(edited) == [
        "a new step 4_review: by email, 7d after the trigger",
        "3_thanks is gone",
        "1_hello goes daily 10:00-18:00 instead of in its channel's own hours",
        "1_hello goes by call, then email instead of email",
        "1_hello waits for approval now",
        "2_tips is now called 2_reminder",
        "2_reminder goes 12h instead of 16h after the trigger",
        "2_reminder goes only if order.todo instead of in any case",
    ]


def test_what_concerns_only_new_orders_says_so() -> None:
    edited = replace(
        OLD,
        who="order.total > 20",
        catch_up=DAY,
        again_after=30 * DAY,
        holdout=0.1,
        trigger=EventKind.PAID,
        stop_on=frozenset({EventKind.REFUNDED}),
    )

    found = differences(OLD, edited)

    assert [one.sentence for one in found if not one.only_new] == [
        "it ends on order.refunded instead of order.cancelled, order.refunded"
    ]
    assert len(found) == 6


def test_a_renamed_step_that_says_so_is_the_same_step() -> None:
    renamed = with_steps(HELLO, replace(TIPS, name="2_hints"), THANKS)

    assert moved(inside(), renamed, at=2 * HOUR) == []
    assert (lost_keys(OLD, renamed), likely_renamed(OLD, renamed)) == ([], [])


def test_a_renamed_step_that_does_not_say_so_is_noticed() -> None:
    renamed = with_steps(HELLO, replace(TIPS, name="2_hints", key="2_hints"), THANKS)

    assert likely_renamed(OLD, renamed) == [
        '2_hints looks like 2_tips under another name: if it is, write was = "2_tips" below its name'
    ]


def test_a_renamed_step_is_noticed_though_it_goes_at_another_moment() -> None:
    moved_too = with_steps(HELLO, replace(TIPS, name="2_hints", key="2_hints", after=30 * HOUR), THANKS)
    by_text = replace(TIPS, name="2_hints", key="2_hints", channels=("sms",))

    assert len(likely_renamed(OLD, moved_too)) == 1
    assert likely_renamed(OLD, with_steps(HELLO, by_text, THANKS)) == []


@pytest.mark.parametrize("key", ["2_hints", "2_clues"])
def test_a_step_keeps_the_name_that_it_was_born_with(key: str) -> None:
    once = with_steps(HELLO, replace(TIPS, name="2_hints"), THANKS)
    twice = with_steps(HELLO, replace(TIPS, name=key, key="2_hints"), THANKS)

    assert lost_keys(once, twice) == [
        f'step {key}: 2_hints was born as 2_tips, so its line has to be was = "2_tips" for good'
    ]


def test_nothing_that_was_sent_changes_whatever_the_edit() -> None:
    everything = inside(sent("1_hello"), sent("2_tips"), sent("3_thanks"))
    edited = with_steps(replace(HELLO, after=5 * DAY, channels=("sms",)), replace(TIPS, after=9 * DAY))

    assert moved(everything, edited, at=3 * DAY) == []


@pytest.mark.parametrize("status", ["sending", "sent", "unconfirmed", "skipped", "cancelled", "failed"])
def test_what_was_begun_or_ended_is_never_done_again(status: str) -> None:
    passage = inside(entry("2_tips", status=MessageStatus(status), claimed_at=NOON))
    edited = with_steps(HELLO, replace(TIPS, after=20 * HOUR, channels=("sms", "email")), THANKS)

    assert moved(passage, edited, at=2 * HOUR) == []


@pytest.mark.parametrize("after", [12 * HOUR, 20 * HOUR])
def test_another_delay_moves_what_is_still_to_come(after: timedelta) -> None:
    [change] = moved(inside(), with_steps(HELLO, replace(TIPS, after=after), THANKS), at=2 * HOUR)

    assert (change.effect, change.moment_before, change.moment) == (
        Effect.RETIMED,
        NOON + 16 * HOUR,
        NOON + after,
    )
    assert change.after.send_at == NOON + after


def test_whose_new_moment_has_passed_is_not_hurried() -> None:
    """Half-way to the new deadline, 25 h after the trigger, or at the old moment if that is sooner."""
    soon = moved(inside(), with_steps(HELLO, replace(TIPS, after=13 * HOUR), THANKS), at=14 * HOUR)
    far_off = replace(TIPS, after=3 * DAY)
    later = moved(
        inside(entry("2_tips", send_at=NOON + 3 * DAY)),
        with_steps(HELLO, replace(TIPS, after=13 * HOUR), THANKS),
        at=15 * HOUR,
        old=with_steps(HELLO, far_off, THANKS),
    )

    assert [change.moment for change in soon] == [NOON + 16 * HOUR]
    assert [change.moment for change in later] == [NOON + 20 * HOUR]


def test_whose_new_deadline_has_passed_as_well_is_left_out() -> None:
    far_off = with_steps(HELLO, replace(TIPS, after=20 * DAY), THANKS)
    passage = inside(entry("2_tips", send_at=NOON + 20 * DAY), sent("1_hello"), sent("3_thanks"))

    [change] = moved(passage, OLD, at=10 * DAY, old=far_off)

    assert change.effect is Effect.TOO_LATE
    assert (change.after.status, change.after.reason) == (MessageStatus.SKIPPED, Reason.TOO_LATE)


def test_a_step_that_is_gone_is_withdrawn_where_it_has_not_been_sent() -> None:
    gone = with_steps(HELLO, THANKS)

    [change] = moved(inside(), gone, at=2 * HOUR)

    assert change.effect is Effect.WITHDRAWN
    assert (change.after.status, change.after.reason) == (MessageStatus.SKIPPED, Reason.STEP_WITHDRAWN)
    assert moved(inside(sent("2_tips")), gone, at=DAY) == []


def test_a_step_that_comes_back_goes_to_those_whose_moment_is_still_to_come() -> None:
    gone = with_steps(HELLO, THANKS)
    taken_out = entry("2_tips", status=MessageStatus.SKIPPED, reason=Reason.STEP_WITHDRAWN)

    [back] = moved(inside(taken_out), OLD, old=gone, at=HOUR)
    too_late = moved(inside(taken_out), OLD, old=gone, at=17 * HOUR)
    tried = moved(inside(replace(taken_out, claimed_at=NOON)), OLD, old=gone, at=HOUR)

    assert (back.effect, back.moment, back.may_hurry) == (Effect.ADDED, NOON + 16 * HOUR, True)
    assert (back.after.id, back.after.status, back.after.reason) == (
        taken_out.id,
        MessageStatus.SCHEDULED,
        "",
    )
    assert (too_late, tried) == ([], [])


def test_a_new_step_is_for_those_whose_moment_is_still_to_come() -> None:
    edited = with_steps(HELLO, TIPS, THANKS, step(name="4_review", after=DAY))

    [in_time] = moved(inside(), edited, at=2 * HOUR)
    [in_vain] = moved(inside(), edited, at=DAY + MINUTE)

    assert (in_time.effect, in_time.after.send_at) == (Effect.ADDED, NOON + DAY)
    assert (in_vain.effect, in_vain.after.reason) == (Effect.NOT_ADDED, Reason.TOO_LATE)


def test_a_new_step_waits_for_its_hours_where_the_customer_lives() -> None:
    edited = with_steps(HELLO, TIPS, THANKS, step(name="4_review", after=DAY, window=SHOPPING_HOURS))

    [change] = moved(inside(zones=(NEW_YORK,)), edited, at=2 * HOUR)

    assert change.moment == NOON + DAY + 5 * HOUR  # ten in the morning there, five there when it fell due


def test_another_window_moves_what_waits_and_loses_nobody() -> None:
    edited = with_steps(HELLO, replace(TIPS, window=SHOPPING_HOURS), THANKS)
    [narrowed] = moved(inside(), edited, at=2 * HOUR)
    waiting = entry(
        "2_tips", send_at=narrowed.moment, expires_at=narrowed.after.expires_at, reason=Reason.OUTSIDE_WINDOW
    )
    widened = moved(inside(waiting), OLD, at=17 * HOUR, old=edited)

    assert narrowed.moment == NOON + 22 * HOUR  # four in the morning in Riga: waits for ten
    assert widened == []


def test_another_channel_takes_what_has_not_begun() -> None:
    edited = with_steps(HELLO, replace(TIPS, channels=("sms", "email")), THANKS)
    tried = entry("2_tips", claimed_at=NOON + HOUR, reason=Reason.TRY_AGAIN)

    [change] = moved(inside(), edited, at=2 * HOUR)

    assert (change.effect, change.after.channel) == (Effect.REROUTED, "sms")
    assert moved(inside(tried), edited, at=2 * HOUR) == []


def test_no_channel_has_its_turn_twice() -> None:
    failed = entry("2_tips", status=MessageStatus.FAILED, reason=Reason.BOUNCED, claimed_at=NOON)
    by_sms = entry("2_tips", id=12, leg=2, channel="sms")
    passage = inside(failed, by_sms)

    back_again = moved(passage, with_steps(HELLO, TIPS, THANKS), at=2 * HOUR)
    by_phone = moved(passage, with_steps(HELLO, replace(TIPS, channels=("email", "call")), THANKS), at=HOUR)

    assert [change.effect for change in back_again] == [Effect.WITHDRAWN]
    assert [change.after.channel for change in by_phone] == ["call"]


def test_what_may_have_arrived_goes_no_other_way() -> None:
    again = entry("2_tips", claimed_at=NOON, possible_duplicate=True, reason=Reason.TRY_AGAIN)

    assert moved(inside(again), with_steps(HELLO, replace(TIPS, channels=("sms",)), THANKS), at=HOUR) == []


def test_approval_is_asked_for_or_waited_for_no_longer() -> None:
    asked = with_steps(HELLO, replace(TIPS, approve=True), THANKS)
    held = entry(
        "2_tips",
        status=MessageStatus.HELD,
        reason=Reason.APPROVAL,
        send_at=NOON + 16 * HOUR,
        expires_at=NOON + 28 * HOUR,
    )

    [asking] = moved(inside(), asked, at=2 * HOUR)
    [free] = moved(inside(held), OLD, at=2 * HOUR, old=asked)

    assert (asking.after.status, asking.after.reason) == (MessageStatus.HELD, Reason.APPROVAL)
    assert (free.after.status, free.after.send_at) == (MessageStatus.SCHEDULED, NOON + 16 * HOUR)


def test_another_deadline_counts_from_the_same_moment() -> None:
    looked_at = entry("2_tips", send_at=NOON + 20 * HOUR, expires_at=NOON + 28 * HOUR)
    edited = with_steps(HELLO, replace(TIPS, expires=6 * HOUR), THANKS)

    [change] = moved(inside(looked_at), edited, at=17 * HOUR)
    [late] = moved(inside(looked_at), edited, at=23 * HOUR)

    assert (change.effect, change.after.expires_at) == (Effect.ADJUSTED, NOON + 22 * HOUR)
    assert late.effect is Effect.TOO_LATE


def test_what_is_parked_stays_parked() -> None:
    parked = entry("2_tips", reason=Reason.CASE_OPEN, parked_at=NOON + HOUR)
    edited = with_steps(HELLO, replace(TIPS, after=2 * HOUR), THANKS)

    assert moved(inside(parked), edited, at=3 * DAY) == []


def test_a_new_way_to_stop_stops_at_once() -> None:
    edited = replace(OLD, stop_on=frozenset({EventKind.SHIPPED}))
    shipped = inside(happened=frozenset({EventKind.SHIPPED}))

    answer = move(shipped, OLD, edited, traits=TRAITS, now=NOON + HOUR)

    assert (answer.stop, answer.changes) == (Reason.ORDER_CHANGED, ())


def test_the_outlook_adds_up_what_happens_to_whom() -> None:
    edited = with_steps(HELLO, replace(TIPS, after=12 * HOUR), THANKS)
    passages = [inside(), inside(sent("2_tips")), inside(event_at=NOON + HOUR)]
    moves = [move(each, OLD, edited, traits=TRAITS, now=NOON + 2 * HOUR) for each in passages]

    outlook = Outlook().plus(moves[0]).plus(*moves[1:])

    assert (outlook.inside, outlook.untouched, outlook.hurried) == (3, 1, 2)
    [(place, tally)] = outlook.steps.items()
    assert place == ("2_tips", Effect.RETIMED)
    assert (tally.count, tally.after) == (2, (NOON + 12 * HOUR, NOON + 13 * HOUR))
