"""Ends the waiting of messages that were parked until their cause was gone."""

from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.store.schema import messages

_FREE = {"parked_at": None, "reason": ""}


def unpark(session: Session, reason: Reason, whose: ColumnElement[bool]) -> int:
    """How many messages had waited for this cause. To be called in the transaction that ends it."""
    freed = session.connection().execute(update(messages).where(_waiting(reason, whose)).values(_FREE))
    return freed.rowcount


def unpark_with_its_time(session: Session, reason: Reason, whose: ColumnElement[bool], now: datetime) -> int:
    """As `unpark`; the time that a message has waited is added to its deadline.

    One that has no deadline yet, as its cause was the first thing found, begins anew: its moment moves.
    """
    wanted = select(messages.c.id, messages.c.parked_at, messages.c.send_at, messages.c.expires_at)
    waited = session.execute(wanted.where(_waiting(reason, whose)).with_for_update()).all()
    if waited:
        session.connection().execute(
            _FREE_LATER,
            [
                {
                    "message": row.id,
                    "moment": row.send_at if row.expires_at else row.send_at + (now - row.parked_at),
                    "deadline": row.expires_at and row.expires_at + (now - row.parked_at),
                }
                for row in waited
            ],
        )
    return len(waited)


def _waiting(reason: Reason, whose: ColumnElement[bool]) -> ColumnElement[bool]:
    return messages.c.parked_at.is_not(None) & (messages.c.reason == reason.value) & whose


_FREE_LATER = (
    update(messages)
    .where(messages.c.id == bindparam("message"))
    .values(_FREE | {"send_at": bindparam("moment"), "expires_at": bindparam("deadline")})
)
