"""Messages that may have left, nobody knows: found, and settled by evidence, never by a guess."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus, Purpose
from paldies.channels.silence import CLOCKS, longest_silence
from paldies.faults import Point, reach
from paldies.outbox.endings import finish
from paldies.store.schema import attempts, messages, processes
from paldies.store.statuses import has_status

_SENDING = has_status(MessageStatus.SENDING)
_UNCONFIRMED = has_status(MessageStatus.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class Doubts:
    """What one look at the doubtful came to; keys of messages."""

    opened: tuple[str, ...] = ()
    sent_again: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()


def resolve_doubts(
    session: Session, claimed: Collection[str], *, now: datetime, is_shared: bool = False
) -> Doubts:
    """Opens the doubts that crashes left behind, and settles those that can be settled without a person.

    `is_shared`: other processes send as well. What they have claimed is theirs until they are known to have
    died, or can no longer be on the wire.

    `claimed` are the claims that are still at work here: the ledger's own set, not a copy, because claims are
    committed beside us on PostgreSQL. What a crash left in `sending` is in doubt before anything is decided
    about it.
    """
    doubts = Doubts(
        opened=_open(session, claimed, now, is_shared=is_shared),
        sent_again=_send_service_mail_again(session, now),
        ended=_end_what_expired(session, now),
    )
    reach(Point.DOUBTS_WRITTEN)
    return doubts


def _open(session: Session, claimed: Collection[str], now: datetime, *, is_shared: bool) -> tuple[str, ...]:
    wanted = select(messages.c.claim_id).where(_SENDING)
    sending = session.scalars(wanted.where(_is_over(now)) if is_shared else wanted).all()
    # looked up only now: what was claimed while the rows were read is among `claimed` already
    left = [claim_id for claim_id in sending if claim_id not in claimed]
    opened = session.execute(
        update(messages)
        .where(messages.c.claim_id.in_(left), _SENDING)
        .values(
            status=MessageStatus.UNCONFIRMED.value, reason=Reason.UNCONFIRMED.value, note="the process ended"
        )
        .returning(messages.c.key, messages.c.claim_id)
    ).all()
    session.execute(
        update(attempts)
        .where(attempts.c.claim_id.in_([row.claim_id for row in opened]), attempts.c.ended_at.is_(None))
        .values(ended_at=now, outcome=MessageStatus.UNCONFIRMED.value, note="the process ended")
    )
    return tuple(row.key for row in opened)


def _is_over(now: datetime) -> ColumnElement[bool]:
    """The claimer has died, or every time-out of its has passed: what it settles now changes nothing."""
    has_died = messages.c.claimed_by.in_(select(processes.c.name).where(processes.c.died_at.is_not(None)))
    silences = longest_silence()
    too_long = [
        and_(messages.c.channel == channel, messages.c.deadline_at < now - silence)
        for channel, silence in silences.items()
    ]
    no_wire = and_(messages.c.channel.not_in(silences), messages.c.deadline_at < now - CLOCKS)
    return or_(has_died, no_wire, *too_long)


def _send_service_mail_again(session: Session, now: datetime) -> tuple[str, ...]:
    """SMTP cannot be asked: a service e-mail goes once more under the same Message-ID, flagged."""
    again = session.scalars(
        update(messages)
        .where(_UNCONFIRMED, messages.c.channel == "email", messages.c.purpose == Purpose.SERVICE.value)
        .where(messages.c.possible_duplicate.is_(False), messages.c.expires_at > now)
        .values(
            status=MessageStatus.SCHEDULED.value,
            reason=Reason.TRY_AGAIN.value,
            possible_duplicate=True,
            claim_id=None,
        )
        .returning(messages.c.key)
    )
    return tuple(again)


def _end_what_expired(session: Session, now: datetime) -> tuple[str, ...]:
    ended = session.execute(
        update(messages)
        .where(_UNCONFIRMED, messages.c.expires_at <= now)
        .values(status=MessageStatus.FAILED.value, reason=Reason.UNCONFIRMED.value, ended_at=now)
        .returning(messages.c.key, messages.c.enrolment_id)
    ).all()
    finish(session, {row.enrolment_id for row in ended}, now)
    return tuple(row.key for row in ended)
