"""How legs and enrolments end; each ending is written once, here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import bindparam, case, exists, func, insert, literal, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EnrolmentState, MessageStatus
from paldies.outbox.tasks import withdraw
from paldies.store.in_turn import Step, in_turn
from paldies.store.prepared import Prepared
from paldies.store.schema import customers, enrolments, messages
from paldies.store.statuses import has_status, is_still

log = structlog.get_logger(__name__)

_LIVE = (MessageStatus.SCHEDULED, MessageStatus.SENDING, MessageStatus.HELD, MessageStatus.UNCONFIRMED)
LIVE = tuple(status.value for status in _LIVE)
_DID_NOT_WORK_OUT = (MessageStatus.SKIPPED.value, MessageStatus.FAILED.value)
_INHERITED = (
    "enrolment_id",
    "customer_id",
    "campaign",
    "step",
    "purpose",
    "expires_at",
    "is_late_seen",
    "approved_at",
    "released_at",
)


@dataclass(frozen=True, slots=True)
class NextLeg:
    """The channel to try after a leg that did not work out."""

    ended_message: int
    key: str
    leg: int
    channel: str
    send_at: datetime
    opened_at: datetime


def open_next_legs(session: Session, legs: Sequence[NextLeg]) -> None:
    """Inserts them, in the transaction that ended the legs before, where the enrolment is still open."""
    for leg in legs:
        fresh: dict[str, Any] = _fresh_values(leg.opened_at)
        fresh |= {"key": leg.key, "leg": leg.leg, "channel": leg.channel}
        ended = (
            select(
                *(messages.c[name] for name in _INHERITED),
                *(literal(value, messages.c[name].type) for name, value in fresh.items()),
                _no_later_than_its_deadline(leg.send_at),
            )
            .join_from(messages, enrolments, enrolments.c.id == messages.c.enrolment_id)
            .where(messages.c.id == leg.ended_message, enrolments.c.state == EnrolmentState.OPEN.value)
            .where(messages.c.status.in_(_DID_NOT_WORK_OUT))  # and was not cancelled or sent meanwhile
            .where(~exists().where(messages.alias("there").c.key == leg.key))
        )
        session.execute(insert(messages).from_select([*_INHERITED, *fresh, "send_at"], ended))


def finish(session: Session, enrolment_ids: Collection[int], now: datetime) -> None:
    """Ends the open enrolments among these that have nothing left to say."""
    finish_each(session, dict.fromkeys(enrolment_ids, now))


def finish_each(session: Session, moments: Mapping[int, datetime]) -> None:
    """As `finish`, each enrolment at its own moment."""
    in_turn(session, finishing(moments))


def finishing(moments: Mapping[int, datetime]) -> Step:
    """`finish_each`, to be run `in_turn`."""
    return _FINISH, [{"enrolment": number, "now": at} for number, at in moments.items()]


def reopen(session: Session, enrolment_id: int) -> None:
    """Where something comes back after all was said: there is something left to say again.

    Not to the forgotten: their mail may still come back, but nobody is left to hear the rest.
    """
    is_forgotten = exists().where(
        customers.c.id == enrolments.c.customer_id, customers.c.forgotten_at.is_not(None)
    )
    session.execute(
        update(enrolments)
        .where(enrolments.c.id == enrolment_id, enrolments.c.state == EnrolmentState.FINISHED.value)
        .where(~is_forgotten)
        .values(state=EnrolmentState.OPEN.value, ended_at=None)
    )


def stop(session: Session, enrolment_ids: Collection[int], reason: Reason, now: datetime) -> None:
    """Ends enrolments before their time, and cancels what they have not said yet.

    A message in `sending` is cancelled at its next look, if it comes back.
    """
    session.execute(
        update(enrolments)
        .where(enrolments.c.id.in_(enrolment_ids))
        .where(enrolments.c.state.in_((EnrolmentState.OPEN.value, EnrolmentState.JOINED.value)))
        .values(state=EnrolmentState.STOPPED.value, reason=reason.value, ended_at=now)
    )
    cancelled = session.scalars(
        update(messages)
        .where(messages.c.enrolment_id.in_(enrolment_ids))
        .where(messages.c.status.in_((MessageStatus.SCHEDULED.value, MessageStatus.HELD.value)))
        .values(status=MessageStatus.CANCELLED.value, reason=reason.value, ended_at=now, parked_at=None)
        .returning(messages.c.key)
    )
    for key in cancelled:
        log.info("cancel", message=key, reason=reason)
    withdraw(session, enrolment_ids, reason, now)


_LEFT_TO_SAY = exists().where(
    messages.c.enrolment_id == enrolments.c.id, messages.c.look_at.is_not(None) | has_status(*_LIVE)
)
_FINISH = Prepared(
    update(enrolments)
    .where(enrolments.c.id == bindparam("enrolment"), is_still(enrolments.c.state, EnrolmentState.OPEN))
    .where(~_LEFT_TO_SAY)
    .values(state=EnrolmentState.FINISHED.value, ended_at=bindparam("now"))
)


def _no_later_than_its_deadline(send_at: datetime) -> ColumnElement[datetime]:
    """A clock that was wrong for a moment would otherwise put it off for years.

    A leg that ended before its step had a deadline was due when it was looked at: the next one is, too.
    """
    at = literal(send_at, messages.c.send_at.type)
    latest = func.coalesce(messages.c.expires_at, messages.c.send_at)
    return case((latest < at, latest), else_=at)


def _fresh_values(now: datetime) -> dict[str, Any]:
    return {
        "status": MessageStatus.SCHEDULED.value,
        "reason": "",
        "note": "",
        "attempts": 0,
        "rfc_id": "",
        "possible_duplicate": False,
        "receipt": "",
        "created_at": now,
    }
