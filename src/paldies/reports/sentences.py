"""One sentence for each leg, step and passage, for whoever stands at the counter."""

import re

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EnrolmentState, MessageStatus
from paldies.reports.local_time import LocalTime
from paldies.reports.silences import Silence
from paldies.reports.story import (
    Coming,
    DeliveryStory,
    Errand,
    LegStory,
    PassageStory,
    Refusal,
    StepStory,
    Upcoming,
)


def of_passage(passage: PassageStory, clock: LocalTime) -> str:
    """How far the order came in a campaign."""
    why = f". {passage.reason.sentence}" if passage.reason else ""
    match passage.state:
        case None | EnrolmentState.DECLINED:
            return f"Not begun{why}{_in_brackets(passage.note)}."
        case EnrolmentState.OPEN:
            return "Under way."
        case EnrolmentState.JOINED:
            return f"Shared{why}."
        case EnrolmentState.STOPPED:
            return f"Stopped{_on(passage, clock)}{why}{_in_brackets(passage.note)}."
        case EnrolmentState.FINISHED:
            return f"Finished{_on(passage, clock)}."


def of_step(step: StepStory, clock: LocalTime) -> str:
    """The same as of its last leg."""
    if step.legs:
        return of_leg(step.legs[-1], step, clock)
    why = step.reason.sentence if step.reason else ""
    start = "Unexplained" if step.reason is Silence.UNEXPLAINED else "Not sent"
    return f"{start}. {why}{_in_brackets(step.note)}."


def of_delivery(delivery: DeliveryStory, clock: LocalTime) -> str:
    """What was reported after it had left."""
    return f"{delivery.kind.sentence} on {clock.say(delivery.at)}{_in_brackets(delivery.note)}"


def of_leg(leg: LegStory, step: StepStory, clock: LocalTime) -> str:
    """What became of it or will, when, why, and what somebody who wonders should know beside."""
    note = "" if leg.refusal else leg.note
    parts = [f"{_fate(leg, clock)}{_in_brackets(note)}."]
    if leg.reason is Reason.APPROVAL and leg.status is MessageStatus.HELD:
        silence = "it goes then" if step.plan and step.plan.if_unapproved == "send" else "it does not go"
        parts.append(f"If nobody answers by {clock.say(leg.at)}, {silence}.")
    if leg.possible_duplicate:
        parts.append(f"An earlier try may have arrived{_SAME_MAIL_AGAIN.get(leg.status, '')}.")
    if leg.is_awaited:
        parts.append("What became of it is not known yet.")
    if leg.claimed_at:
        for late in leg.overtaken:
            left, came = clock.say_both(leg.claimed_at, late.at)
            parts.append(f"It had left {left} when the {late.by} came {came}.")
    return " ".join(parts)


def _fate(leg: LegStory, clock: LocalTime) -> str:
    why = f". {leg.reason.sentence}" if leg.reason else ""
    match leg.status:
        case MessageStatus.SENT if leg.errand:
            return _asked(leg, leg.errand, clock)
        case MessageStatus.SENT:
            to = leg.attempts[-1].address if leg.attempts else ""
            done = _DONE.get(leg.channel, "Sent")
            return f"{done} on {clock.say(leg.at)}{f' to {to}' if to else ''}"
        case MessageStatus.SENDING:
            return f"Leaving since {clock.say(leg.at)}: whether it arrived is not known yet"
        case MessageStatus.UNCONFIRMED:
            return f"It may have left on {clock.say(leg.at)}, and nobody knows whether it arrived"
        case MessageStatus.SCHEDULED:
            return _waiting(leg, clock, why)
        case MessageStatus.HELD:
            return f"Waits for a person{why}"
        case MessageStatus.SKIPPED if leg.refusal:
            return f"{_not_done(leg)}: {_wish(leg.refusal, clock)}"
        case MessageStatus.SKIPPED | MessageStatus.CANCELLED:
            return f"{_not_done(leg)}, as was decided on {clock.say(leg.at)}{why}"
        case MessageStatus.FAILED:
            return f"Failed on {clock.say(leg.at)}{why}"


_ONCE_MORE = ": it {0} once more, with the same Message-ID"
_SAME_MAIL_AGAIN = {
    **dict.fromkeys(
        (MessageStatus.SCHEDULED, MessageStatus.HELD, MessageStatus.SENDING), _ONCE_MORE.format("goes")
    ),
    **dict.fromkeys(
        (MessageStatus.SENT, MessageStatus.UNCONFIRMED, MessageStatus.FAILED), _ONCE_MORE.format("went")
    ),
}
_DONE = {"call": "Called", "task": "Given to staff"}
_NOT_DONE = {"call": "Not called", "task": "Staff were not asked"}
_PHRASED_AS_A_WISH = re.compile(r"asked(?P<what>,? (?:not|to|during|by)\b.*)", re.DOTALL)


def _not_done(leg: LegStory) -> str:
    return _NOT_DONE.get(leg.channel, "Not sent again" if leg.possible_duplicate else "Not sent")


def _wish(refusal: Refusal, clock: LocalTime) -> str:
    """Whose it is, and since when; what a colleague wrote is quoted as it is."""
    who, day, reason = refusal.by or "the customer", clock.day(refusal.at), refusal.reason.strip(" .")
    if wish := _PHRASED_AS_A_WISH.fullmatch(reason):
        return f"{who} asked on {day}{wish['what']}"
    if reason.startswith(("asked ", "unsubscribed ")):
        return f"on {day} {who} {reason}"
    if refusal.source == "bounce":
        return f"since {day} nothing can reach it ({reason})"
    return f"on {day} it was noted for {who}: {reason}"


def _asked(leg: LegStory, errand: Errand, clock: LocalTime) -> str:
    """What staff were asked, and by when; how it went stands below."""
    to = f" to ring {leg.attempts[-1].address}" if leg.attempts and leg.attempts[-1].address else ""
    asked = f"The shop's staff were asked{to} on {clock.say(leg.at)}"
    if errand.done_at is None:
        return f"{asked}, by {clock.say(errand.due_at)} at the latest (task {errand.number})"
    done = f"{errand.done_by} did" if errand.done_by else "it was done"
    return f"{asked}; {done} on {clock.say(errand.done_at)}"


def of_upcoming(upcoming: Upcoming | None, clock: LocalTime) -> str:
    """The next thing that will happen, or that there is none."""
    match upcoming:
        case None:
            return "Next: nothing is planned."
        case Upcoming(Coming.GOES, campaign, step, channel, at):
            when = f"on {clock.say(at)}" if at > clock.now else "in a moment"
            return f"Next: {step} ({channel}) of “{campaign}” {when}, if nothing comes between."
        case Upcoming(Coming.APPROVAL, campaign, step, channel, at):
            return f"Next: {step} ({channel}) of “{campaign}” waits for approval until {clock.say(at)}."
        case Upcoming(_, campaign, step, _, at):
            return f"Next: the shop's staff do {step} of “{campaign}” by {clock.say(at)}."


def _waiting(leg: LegStory, clock: LocalTime, why: str) -> str:
    if leg.is_parked:
        return f"Waits until this ends{why}"
    if _goes_without_saying(leg):
        why = ""
    if leg.at <= clock.now:
        return f"Due since {clock.say(leg.at)}, and looked at when its turn comes{why}"
    return f"Will be looked at on {clock.say(leg.at)}{why}"


def _goes_without_saying(leg: LegStory) -> bool:
    """A moment to come is its own reason; and not only the receiving side may want another try."""
    if leg.reason is Reason.TRY_AGAIN:
        return not leg.attempts or leg.attempts[-1].outcome != Reason.TRY_AGAIN
    return leg.reason is Reason.PLANNED


def _on(passage: PassageStory, clock: LocalTime) -> str:
    return f" on {clock.say(passage.ended_at)}" if passage.ended_at else ""


def _in_brackets(note: str) -> str:
    return f" ({note})" if note else ""
