"""Which messages are due on a channel, and what a decision short of sending does to them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, RowMapping, bindparam, func, select, update
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.decisions import Cancel, Decision, Defer, Hold, Park, Skip
from paldies.campaigns.definition import Campaign
from paldies.campaigns.legs import next_leg
from paldies.campaigns.reasons import Reason, Scope
from paldies.campaigns.words import Arm, MessageStatus, Purpose
from paldies.outbox.endings import NextLeg, finish, open_next_legs, stop
from paldies.outbox.plans import Plans
from paldies.outbox.stopping import hand_over
from paldies.store.schema import campaigns, cases, customers, enrolments, messages, order_events


@dataclass(frozen=True, slots=True)
class Waiting:
    """A due message with what its enrolment and its customer add to it."""

    id: int
    key: str
    enrolment_id: int
    enrolment_key: str
    plan_version_id: int
    customer_id: int
    order_id: int | None
    campaign: str
    step: str
    leg: int
    channel: str
    purpose: Purpose
    send_at: datetime
    expires_at: datetime | None
    event_at: datetime
    not_before: datetime | None
    arm: Arm
    is_late_seen: bool
    approved_at: datetime | None
    released_at: datetime | None
    attempts: int
    rfc_id: str
    possible_duplicate: bool
    revision: int
    so_far: tuple[str, ...]  # the channels of the step's legs, this one last


_WAITING = (
    messages.c.id,
    messages.c.key,
    messages.c.enrolment_id,
    enrolments.c.key.label("enrolment_key"),
    enrolments.c.plan_version_id,
    messages.c.customer_id,
    enrolments.c.order_id,
    messages.c.campaign,
    messages.c.step,
    messages.c.leg,
    messages.c.channel,
    messages.c.purpose,
    messages.c.send_at,
    messages.c.expires_at,
    enrolments.c.event_at,
    order_events.c.not_before,
    enrolments.c.arm,
    messages.c.is_late_seen,
    messages.c.approved_at,
    messages.c.released_at,
    messages.c.attempts,
    messages.c.rfc_id,
    messages.c.possible_duplicate,
    customers.c.revision,
)
# The status stands literally in the statement: with a bound one PostgreSQL would not use the partial index.
_SCHEDULED = messages.c.status == bindparam(None, MessageStatus.SCHEDULED.value, literal_execute=True)
_ANY = (
    select(*_WAITING)
    .join_from(messages, enrolments, enrolments.c.id == messages.c.enrolment_id)
    .join(customers, customers.c.id == messages.c.customer_id)
    .outerjoin(order_events, order_events.c.id == enrolments.c.event_id)
)
_ONE = _ANY.where(messages.c.id == bindparam("message"))
_DUE = (
    _ANY.where(messages.c.channel == bindparam("channel"), _SCHEDULED, messages.c.parked_at.is_(None))
    .where(messages.c.send_at <= bindparam("now"))
    .order_by(messages.c.send_at)
    .limit(bindparam("most", type_=Integer))
)


def due(session: Session, channel: str, now: datetime, most: int) -> list[Waiting]:
    """The messages whose time has come, the longest waiting first."""
    rows = session.execute(_DUE, {"channel": channel, "now": now, "most": most}).mappings().all()
    return _waiting(session, rows)


def waiting(session: Session, message_id: int) -> Waiting:
    """One message, whatever its state."""
    return _waiting(session, session.execute(_ONE, {"message": message_id}).mappings().all())[0]


def _waiting(session: Session, rows: Sequence[RowMapping]) -> list[Waiting]:
    used = _channels_so_far(session, [row["enrolment_id"] for row in rows if row["leg"] > 1])
    return [
        Waiting(
            **{
                **row,
                "purpose": Purpose(row["purpose"]),
                "arm": Arm(row["arm"]),
                "so_far": (*used[row["enrolment_id"], row["step"], row["leg"]], row["channel"]),
            }
        )
        for row in rows
    ]


def _channels_so_far(
    session: Session, enrolment_ids: Collection[int]
) -> Mapping[tuple[int, str, int], tuple[str, ...]]:
    """For each leg, by enrolment, step and number, those of the legs before it."""
    used: dict[tuple[int, str, int], tuple[str, ...]] = defaultdict(tuple)
    if not enrolment_ids:
        return used
    columns = (messages.c.enrolment_id, messages.c.step, messages.c.leg, messages.c.channel)
    ordered = select(*columns).where(messages.c.enrolment_id.in_(enrolment_ids)).order_by(*columns[:3])
    before: dict[tuple[int, str], tuple[str, ...]] = defaultdict(tuple)
    for row in session.execute(ordered):
        place = (row.enrolment_id, row.step)
        used[(*place, row.leg)] = before[place]
        before[place] = (*before[place], row.channel)
    return used


def next_due_at(session: Session) -> datetime | None:
    """When something wants to be looked at next, on any channel: a message, or what became of one."""
    earliest = select(func.min(messages.c.send_at)).where(_SCHEDULED, messages.c.parked_at.is_(None))
    awaited = select(func.min(messages.c.look_at)).where(messages.c.look_at.is_not(None))
    return min(filter(None, (session.scalar(earliest), session.scalar(awaited))), default=None)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about a due message, and the plan that it belongs to."""

    waiting: Waiting
    campaign: Campaign | None  # None if the message could not even be judged
    decision: Decision
    note: str = ""


def apply(session: Session, decided: Sequence[Decided], plans: Plans, *, now: datetime) -> None:
    """Writes every decision short of Send. One that was claimed, ended or moved meanwhile is left alone."""
    changes: list[dict[str, Any]] = []
    next_legs: list[NextLeg] = []
    for one in _still_right(session, decided):
        seen = {"message": one.waiting.id, "seen_send_at": one.waiting.send_at}
        changes.append(seen | _changes(one, now))
        if isinstance(one.decision, Skip) and one.campaign:
            leg = leg_after(one.waiting, one.campaign, one.decision.reason, now)
            next_legs += [leg] if leg else []
    if changes:
        session.connection().execute(_CHANGE, changes)
    open_next_legs(session, next_legs, now)
    ended: dict[Reason, list[int]] = defaultdict(list)
    for one in decided:
        if isinstance(one.decision, Cancel) and one.decision.reason.scope is Scope.ENROLMENT:
            ended[one.decision.reason].append(one.waiting.enrolment_id)
    for reason, enrolment_ids in ended.items():
        stop(session, enrolment_ids, reason, now)
        hand_over(session, plans, enrolment_ids, now=now)
    finish(session, {one.waiting.enrolment_id for one in decided if isinstance(one.decision, Skip)}, now)


def _still_right(session: Session, decided: Sequence[Decided]) -> list[Decided]:
    """Without the parked ones whose cause has ended since: nobody would ever unpark them."""
    if not any(isinstance(one.decision, Park) for one in decided):
        return list(decided)
    of_campaigns = select(campaigns.c.name).where(campaigns.c.paused_at.is_not(None))
    of_cases = select(cases.c.customer_id).where(cases.c.closed_at.is_(None))
    paused = set(session.scalars(of_campaigns.with_for_update(read=True)))
    complaining = set(session.scalars(of_cases.with_for_update(read=True)))
    return [
        one
        for one in decided
        if not isinstance(one.decision, Park)
        or (one.decision.reason is Reason.PAUSED and one.waiting.campaign in paused)
        or (one.decision.reason is Reason.CASE_OPEN and one.waiting.customer_id in complaining)
    ]


def leg_after(waiting: Waiting, campaign: Campaign, reason: Reason, now: datetime) -> NextLeg | None:
    """The next contact to try once a leg has ended for this reason."""
    step = campaign.step(waiting.step)
    leg = next_leg(step, waiting.leg, reason, so_far=waiting.so_far) if step else None
    if leg is None:
        return None
    return NextLeg(
        ended_message=waiting.id,
        key=keys.message_key(waiting.enrolment_key, waiting.step, leg.number),
        leg=leg.number,
        channel=leg.channel,
        send_at=now + leg.wait,
    )


def release_unanswered(session: Session, now: datetime) -> None:
    """What waited for approval until its moment goes back to the policy, which knows what silence means."""
    session.execute(
        update(messages)
        .where(messages.c.status == bindparam(None, MessageStatus.HELD.value, literal_execute=True))
        .where(messages.c.reason == Reason.APPROVAL.value, messages.c.send_at <= now)
        .values(status=MessageStatus.SCHEDULED.value)
    )


_CHANGE = (
    update(messages)
    .where(messages.c.id == bindparam("message"), messages.c.status == MessageStatus.SCHEDULED.value)
    # a corrected time has moved it since it was looked at: it is looked at once more, at its new moment
    .where(messages.c.send_at == bindparam("seen_send_at", type_=messages.c.send_at.type))
    .values(
        status=bindparam("new_status"),
        reason=bindparam("new_reason"),
        note=bindparam("new_note"),
        send_at=func.coalesce(bindparam("new_send_at", type_=messages.c.send_at.type), messages.c.send_at),
        expires_at=func.coalesce(
            bindparam("new_expires_at", type_=messages.c.expires_at.type), messages.c.expires_at
        ),
        parked_at=bindparam("new_parked_at"),
        ended_at=bindparam("new_ended_at"),
    )
)


def _changes(one: Decided, now: datetime) -> dict[str, Any]:
    status, ended, parked, send_at, expires_at = MessageStatus.SCHEDULED, None, None, None, None
    note = one.note
    match one.decision:
        case Defer(until, reason, expires):
            send_at, expires_at = until, expires
        case Skip(reason, why):
            status, ended, note = MessageStatus.SKIPPED, now, why or note
        case Park(reason):
            parked = now
        case Hold(reason, why, until, expires):
            status, send_at, expires_at, note = MessageStatus.HELD, until, expires, why or note
        case Cancel(reason):
            status, ended = MessageStatus.CANCELLED, now
        case _:
            raise TypeError(f"{one.decision} is not written down, it is done")
    return {
        "new_status": status.value,
        "new_reason": reason.value,
        "new_note": note,
        "new_send_at": send_at,
        "new_expires_at": expires_at,
        "new_parked_at": parked,
        "new_ended_at": ended,
    }
