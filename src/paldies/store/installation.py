"""The installation's own row: its heartbeat, its clean stops, and whether a person has paused all sending."""

from datetime import datetime
from secrets import token_hex
from uuid import uuid4

from sqlalchemy.orm import Session

from paldies.store.tables import Instance


def begin(session: Session, now: datetime) -> Instance:
    """Makes the row at the first start; raises the epoch at every start."""
    row = session.get(Instance, 1) or Instance(uuid=str(uuid4()))
    row.epoch += 1
    row.heartbeat_at = now
    session.add(row)
    return row


def secret(session: Session) -> bytes:
    """What this installation signs with; made at the first need, and as old as the database from then on."""
    row = session.get(Instance, 1) or Instance(uuid=str(uuid4()))
    row.secret = row.secret or token_hex(32)
    session.add(row)
    return bytes.fromhex(row.secret)


def beat(session: Session, now: datetime) -> None:
    row = session.get_one(Instance, 1)
    row.epoch += 1
    row.heartbeat_at = now


def end(session: Session, now: datetime) -> None:
    """A clean stop."""
    session.get_one(Instance, 1).stopped_at = now


def set_paused(session: Session, at: datetime | None) -> None:
    """Stops all sending from `at` on, or resumes it; touches no message."""
    row = session.get(Instance, 1) or Instance(uuid=str(uuid4()))
    row.paused_at = at
    session.add(row)


def paused_at(session: Session) -> datetime | None:
    row = session.get(Instance, 1)
    return row.paused_at if row else None


def summarised_at(session: Session) -> datetime | None:
    """When staff last got the daily summary."""
    return session.get_one(Instance, 1).summarised_at


def set_summarised(session: Session, now: datetime) -> None:
    session.get_one(Instance, 1).summarised_at = now
