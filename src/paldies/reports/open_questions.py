"""What only a person can know or decide, in a line each with the command to type."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.store.schema import messages
from paldies.store.statuses import has_status

NAMED = 10  # messages that a line names; the rest is in `messages list`


def open_questions(session: Session, since: datetime) -> list[str]:
    """Messages that wait for a person, and doubts that ended unanswered since then."""
    unsettled = _numbers(session, has_status(MessageStatus.UNCONFIRMED))
    given_up = _numbers(
        session,
        has_status(MessageStatus.FAILED)
        & (messages.c.reason == Reason.UNCONFIRMED.value)
        & (messages.c.ended_at >= since),
    )
    lines = _held(session)
    if unsettled:
        sentence = f"May have left, nobody knows: {len(unsettled)}. If you find out:"
        lines.append(f"{sentence} {_settle(unsettled)}")
    if given_up:
        sentence = f"Never found out in time whether it arrived: {len(given_up)}. If you know, now or later:"
        lines.append(f"{sentence} {_settle(given_up)}")
    return lines


def _held(session: Session) -> list[str]:
    reasons = session.execute(
        select(messages.c.reason, func.count())
        .where(has_status(MessageStatus.HELD))
        .group_by(messages.c.reason)
        .order_by(messages.c.reason)
    ).all()
    return [
        f"Waiting for you: {count} – {Reason[reason.upper()].sentence}. See: paldies messages list"
        " --status held, and then: paldies messages approve or cancel, with the numbers"
        for reason, count in reasons
    ]


def _numbers(session: Session, which: ColumnElement[bool]) -> Sequence[int]:
    return sorted(session.scalars(select(messages.c.id).where(which)))


def _settle(numbers: Sequence[int]) -> str:
    named = " ".join(str(number) for number in numbers[:NAMED])
    more = f" ({len(numbers) - NAMED} more are in: paldies messages list)" if len(numbers) > NAMED else ""
    return f"paldies messages settle {named} --sent, or --not-sent{more}"
