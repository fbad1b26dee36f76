"""Whether a due message goes: now, later, never, or when a person says so."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from paldies.campaigns.decisions import Cancel, Decision, Defer, Hold, Park, Send, Skip
from paldies.campaigns.due import Due
from paldies.campaigns.expressions import ExpressionError, is_true
from paldies.campaigns.facts import Facts, condition_values
from paldies.campaigns.keys import step_key
from paldies.campaigns.reasons import Reason
from paldies.campaigns.schedule import Schedule, schedule, zone_of
from paldies.campaigns.words import AddressKind, Arm, EventKind, Purpose

PROMOTIONAL_REST = timedelta(hours=72)
MESSAGES_A_DAY = 2
ASK_THE_SHOP_AGAIN = timedelta(minutes=5)
LET_THE_OTHER_LEAVE = timedelta(seconds=5)
FRESH_AFTER_SILENCE = timedelta(hours=1)


def decide(due: Due, facts: Facts, now: datetime) -> Decision:
    """The first gate that answers decides; nobody objecting, the message goes.

    Hours and caps are judged after everything that would end the message anyway, and the holdout last: those
    who are left alone have passed the same gates as those who are written to.
    """
    times = schedule(due, facts)
    return (
        _order_stands(due, facts)
        or _campaign_runs(facts)
        or (Skip(Reason.STEP_WITHDRAWN) if due.is_withdrawn else None)
        or _moment_has_come(due, facts, now, times=times)
        or _customer_may_be_reached(due, facts)
        or _no_case_is_open(due, facts)
        or _step_is_wanted(due, facts)
        or (times if isinstance(times, Skip) else _hour_is_right(due, facts, now, times=times))
    )


def why_stopped(stop_on: frozenset[EventKind], happened: frozenset[EventKind]) -> Reason | None:
    """What has ended a campaign for an order, if anything has."""
    ended_by = stop_on & happened
    if EventKind.CANCELLED in ended_by:
        return Reason.ORDER_CANCELLED
    if EventKind.REFUNDED in ended_by:
        return Reason.ORDER_REFUNDED
    return Reason.ORDER_CHANGED if ended_by else None


def _order_stands(due: Due, facts: Facts) -> Cancel | None:
    reason = why_stopped(due.stop_on, facts.happened)
    return Cancel(reason) if reason else None


def _campaign_runs(facts: Facts) -> Cancel | Park | None:
    if facts.campaign_withdrawn:
        return Cancel(Reason.WITHDRAWN)
    return Park(Reason.PAUSED) if facts.campaign_paused else None


def _moment_has_come(due: Due, facts: Facts, now: datetime, *, times: Schedule | Skip) -> Decision | None:
    """A step with `within` or `approve` is first looked at long before its moment; all else is asked then."""
    if not due.step.looks_early:
        return None
    if isinstance(times, Skip):
        return times
    if due.step.approve and not due.approved:
        return _customer_may_be_reached(due, facts) or _somebody_approves(due, now, times)
    if now >= times.planned_at:
        return None
    if times.planned_at > times.expires_at:  # a further leg, whose channel opens after the step has ended
        return Skip(Reason.NO_WINDOW)
    return Defer(times.planned_at, Reason.PLANNED, times.expires_at)


def _somebody_approves(due: Due, now: datetime, times: Schedule) -> Hold | Skip | None:
    """Nobody is asked about what could not go, and once the moment has come, silence is an answer."""
    if now < times.planned_at:
        return Hold(Reason.APPROVAL, until=times.planned_at, expires_at=times.expires_at)
    return Skip(Reason.UNAPPROVED) if due.step.if_unapproved == "skip" else None


def _customer_may_be_reached(due: Due, facts: Facts) -> Skip | None:
    if not facts.has_channel:
        return Skip(Reason.NO_CHANNEL)
    if due.traits.address is not AddressKind.NONE and not facts.address:
        return Skip(Reason.NO_ADDRESS)
    if not facts.is_allowed:
        return Skip(Reason.NOT_ON_LIST)
    if facts.suppressed:
        return Skip(Reason.SUPPRESSED, facts.suppressed)
    if not _has_agreed(due, facts):
        return Skip(Reason.NO_CONSENT)
    if due.purpose is Purpose.PROMOTIONAL and due.traits.needs_way_out and not facts.has_way_out:
        return Skip(Reason.NO_WAY_OUT)
    return None


def _has_agreed(due: Due, facts: Facts) -> bool:
    """Only selling leans on an earlier purchase (Directive 2002/58/EC, article 13(2))."""
    if due.purpose not in due.traits.needs_consent or facts.has_consent:
        return True
    return due.purpose is Purpose.PROMOTIONAL and due.traits.soft_opt_in and facts.may_soft_opt_in


def _no_case_is_open(due: Due, facts: Facts) -> Park | None:
    if facts.has_open_case and (due.purpose is Purpose.PROMOTIONAL or due.step.survey):
        return Park(Reason.CASE_OPEN)
    return None


def _step_is_wanted(due: Due, facts: Facts) -> Hold | Skip | None:
    if not due.step.when:
        return None
    try:
        wanted = is_true(due.step.when, condition_values(facts.order, facts.customer))
    except ExpressionError as error:
        return Hold(Reason.CONDITION_FAULT, str(error))
    return None if wanted else Skip(Reason.NOT_WANTED, f"when = {due.step.when}")


def _hour_is_right(due: Due, facts: Facts, now: datetime, *, times: Schedule) -> Decision:
    if now > times.expires_at:
        return Skip(Reason.TOO_LATE)
    return (
        _it_surely_has_not_gone(due, facts, times)
        or _nothing_else_is_leaving(facts, now, times)
        or _customer_has_had_few(due, facts, now, times=times)
        or _window_is_open(now, times)
        or _shop_can_be_asked(facts, now, times)
        or _volume_is_usual(due, facts, times)
        or _is_not_held_out(due)
        or Send(times.expires_at)
    )


def _it_surely_has_not_gone(due: Due, facts: Facts, times: Schedule) -> Hold | None:
    """Only a person can know what another copy of this database sent, or what a silence was.

    After a restore, a step waits if any of its legs could have gone before it, however late it was planned
    or put off here; after a silence, what was then due and is no longer fresh.
    """
    due_now = times.planned_at if due.step.looks_early else due.send_at
    first_due = min(due_now, (due.not_before or due.event_at) + due.step.after)
    if facts.adopted_at and first_due < facts.adopted_at and not _was_released(due, facts.adopted_at):
        return Hold(Reason.RESTORED, expires_at=times.expires_at)
    if facts.woke_at and due_now < facts.woke_at - FRESH_AFTER_SILENCE:
        if not _was_released(due, facts.woke_at):
            return Hold(Reason.AFTER_SILENCE, expires_at=times.expires_at)
    return None


def _was_released(due: Due, since: datetime) -> bool:
    return due.released_at is not None and due.released_at >= since


def _nothing_else_is_leaving(facts: Facts, now: datetime, times: Schedule) -> Defer | Skip | None:
    """Before the cap: whether the other one counts is known once it has left."""
    return _later(now + LET_THE_OTHER_LEAVE, Reason.IN_FLIGHT, times) if facts.has_in_flight else None


def _customer_has_had_few(due: Due, facts: Facts, now: datetime, *, times: Schedule) -> Defer | Skip | None:
    """At most one promotional step in any 72 hours, and two steps of any kind in the customer's day.

    A further leg belongs to a step that has been counted already. What waits for another day waits for an
    hour at which it may go: it is the cap that has kept it, not the night.
    """
    if due.is_exempt:
        return None
    own_step = step_key(due.enrolment, due.step.key)
    counted = [contact for contact in facts.contacts if contact.step != own_step and not contact.is_exempt]
    free_at = now
    if due.purpose is Purpose.PROMOTIONAL:
        sold_at = (contact.at for contact in counted if contact.purpose is Purpose.PROMOTIONAL)
        free_at = max(free_at, max(sold_at, default=now - PROMOTIONAL_REST) + PROMOTIONAL_REST)
    if len(counted) >= MESSAGES_A_DAY:
        zone = ZoneInfo(zone_of(facts))
        today = now.astimezone(zone).date()
        if sum(contact.at.astimezone(zone).date() == today for contact in counted) >= MESSAGES_A_DAY:
            tomorrow = datetime.combine(today + timedelta(days=1), time.min, zone)
            free_at = max(free_at, tomorrow.astimezone(now.tzinfo))
    if free_at <= now:
        return None
    return _later(times.hours.next_open(free_at) or free_at, Reason.FREQUENCY_CAP, times)


def _window_is_open(now: datetime, times: Schedule) -> Defer | Skip | None:
    opens_at = times.hours.next_open(now)
    if opens_at is None:
        return Skip(Reason.NO_WINDOW)
    return _later(opens_at, Reason.OUTSIDE_WINDOW, times) if opens_at > now else None


def _shop_can_be_asked(facts: Facts, now: datetime, times: Schedule) -> Defer | Skip | None:
    """Only what would leave otherwise waits for the shop: a refund may have happened that we cannot see."""
    return (
        _later(now + ASK_THE_SHOP_AGAIN, Reason.SHOP_UNREACHABLE, times) if facts.shop_unreachable else None
    )


def _volume_is_usual(due: Due, facts: Facts, times: Schedule) -> Hold | None:
    """The blast breaker. Fresh orders never count: a busy day is not a blast."""
    if due.is_late_seen and facts.blast_room is not None and facts.blast_room <= 0:
        return Hold(Reason.UNUSUAL_VOLUME, expires_at=times.expires_at)
    return None


def _is_not_held_out(due: Due) -> Skip | None:
    return Skip(Reason.HOLDOUT) if due.arm is Arm.HOLDOUT and not due.is_exempt else None


def _later(until: datetime, reason: Reason, times: Schedule) -> Defer | Skip:
    """Later is not never, but past the step's deadline it is."""
    return Skip(reason) if until > times.expires_at else Defer(until, reason, times.expires_at)
