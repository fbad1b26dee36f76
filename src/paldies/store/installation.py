"""The installation's own row: its secret, and whether anything stands in the way of all sending."""

from datetime import datetime
from secrets import token_hex
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.store.lock import alone
from paldies.store.questions import Question
from paldies.store.schema import instance
from paldies.store.tables import Instance

_STANDS_STILL = Question(select(instance.c.fence, instance.c.paused_at))


def own_row(session: Session) -> Instance:
    """To be changed; others who want to wait until the transaction ends. Made at the first need.

    Of processes that begin together on a new database one makes it, and what it holds of secrets: a second
    one's would open nothing that was sealed with the first.
    """
    alone(session, "the installation's own row")
    row = session.get(Instance, 1, populate_existing=True)
    if row is None:
        row = Instance(uuid=str(uuid4()))
        session.add(row)
    return row


def salt(session: Session) -> bytes:
    """What the marks of forgotten people are made with; made at the first need, and never changed."""
    row = session.get(Instance, 1)
    if row is None or not row.salt:
        row = own_row(session)
        row.salt = row.salt or token_hex(32)
    return bytes.fromhex(row.salt)


def set_paused(session: Session, at: datetime | None) -> None:
    """Stops all sending from `at` on, or resumes it; touches no message."""
    own_row(session).paused_at = at


def paused_at(session: Session) -> datetime | None:
    row = session.get(Instance, 1)
    return row.paused_at if row else None


def standstill(session: Session) -> str:
    """Why nothing is to be sent now: a person has paused it, or the fence is up; empty if nothing is."""
    return next((row.fence or (row.paused_at and "paused") or "" for row in _STANDS_STILL.ask(session)), "")


def is_shut(session: Session) -> bool:
    """Whether this is a restored or copied database that nobody has adopted yet."""
    row = session.get(Instance, 1)
    return bool(row and row.fence)


def moved_to(session: Session) -> str:
    """The PostgreSQL database that the shop was carried over to; empty: it is here."""
    row = session.get(Instance, 1)
    return row.moved_to if row else ""


def summarised_at(session: Session) -> datetime | None:
    """When staff last got the daily summary."""
    return session.get_one(Instance, 1).summarised_at


def set_summarised(session: Session, now: datetime) -> None:
    session.get_one(Instance, 1).summarised_at = now
