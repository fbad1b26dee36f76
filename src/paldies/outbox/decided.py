"""What a decision short of sending does to a due message."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.decisions import Cancel, Decision, Defer, Hold, Park, Skip
from paldies.campaigns.definition import Campaign
from paldies.campaigns.reasons import Reason, Scope
from paldies.campaigns.words import MessageStatus
from paldies.outbox.endings import NextLeg, finish_each, open_next_legs, stop
from paldies.outbox.plans import Plans
from paldies.outbox.queue import Waiting, leg_after
from paldies.outbox.stopping import hand_over
from paldies.store.schema import campaigns, cases, messages
from paldies.store.statuses import is_still
from paldies.value import value


@value
class Decided:
    """A decision about a due message, and the plan that it belongs to."""

    waiting: Waiting
    campaign: Campaign | None  # None if the message could not even be judged
    decision: Decision
    note: str = ""


def apply(session: Session, decided: Sequence[Decided], plans: Plans) -> None:
    """Writes every decision short of Send, each as of the moment it was taken for.

    One that was claimed, ended or moved meanwhile is left alone.
    """
    changes: list[dict[str, Any]] = []
    next_legs: list[NextLeg] = []
    for one in _still_right(session, decided):
        seen = {"message": one.waiting.id, "seen_send_at": one.waiting.send_at}
        changes.append(seen | _changes(one))
        if isinstance(one.decision, Skip) and one.campaign:
            leg = leg_after(one.waiting, one.campaign, one.decision.reason, one.waiting.now)
            next_legs += [leg] if leg else []
    if changes:
        session.connection().execute(_CHANGE, changes)
    open_next_legs(session, next_legs)
    ended: dict[tuple[Reason, datetime], list[int]] = defaultdict(list)
    for one in decided:
        if isinstance(one.decision, Cancel) and one.decision.reason.scope is Scope.ENROLMENT:
            ended[one.decision.reason, one.waiting.now].append(one.waiting.enrolment_id)
    for (reason, now), enrolment_ids in ended.items():
        stop(session, enrolment_ids, reason, now)
        hand_over(session, plans, enrolment_ids, now=now)
    skipped = (one.waiting for one in decided if isinstance(one.decision, Skip))
    finish_each(session, {row.enrolment_id: row.now for row in skipped})


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


_CHANGE = (
    update(messages)
    .where(messages.c.id == bindparam("message"), is_still(messages.c.status, MessageStatus.SCHEDULED))
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


def _changes(one: Decided) -> dict[str, Any]:
    now = one.waiting.now
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
