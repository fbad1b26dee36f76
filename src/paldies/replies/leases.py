"""Who is busy with what: one person at a time, for a while, so that two at the desk do nothing twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from paldies.store.schema import leases

LASTS = timedelta(
    minutes=20
)  # of a call and of reading a letter; whoever goes home keeps nothing from others


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody has it (UTC)."""

    staff: str
    since: datetime
    until: datetime


class Taken(Exception):
    """A colleague has it."""

    def __init__(self, held: Held) -> None:
        super().__init__(held.staff)
        self.held = held


def take(session: Session, subject: str, staff: str, *, now: datetime, over: bool = False) -> bool:
    """Whether it is news; `over`: a colleague gives way. Raises Taken.

    One guarded statement: of two who take it at once, one does.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"staff": staff, "taken_at": now, "until": now + LASTS}
    is_free = or_(leases.c.until <= now, leases.c.staff == staff)
    known = holder(session, subject, now=now)
    wanted = insert(leases).values(subject=subject, **values)
    wanted = wanted.on_conflict_do_update(
        index_elements=[leases.c.subject], set_=values, where=None if over else is_free
    )
    if known and known.staff == staff:
        session.execute(_MINE.where(leases.c.subject == subject).values(until=now + LASTS))
        return False
    if session.scalars(wanted.returning(leases.c.subject)).first() is None:
        held = holder(session, subject, now=now)
        raise Taken(held or Held("A colleague", now, now))
    return True


def give_back(session: Session, subject: str, staff: str) -> bool:
    """False if somebody else has it, or nobody."""
    gone = delete(leases).where(leases.c.subject == subject, leases.c.staff == staff)
    return session.scalars(gone.returning(leases.c.subject)).first() is not None


def end(session: Session, subject: str) -> None:
    """Once it is done nobody has it any more."""
    session.execute(delete(leases).where(leases.c.subject == subject))


def holder(session: Session, subject: str, *, now: datetime) -> Held | None:
    row = session.execute(_STANDING.where(leases.c.subject == subject, leases.c.until > now)).first()
    return Held(row.staff, row.taken_at, row.until) if row else None


def holders(session: Session, now: datetime) -> Mapping[str, Held]:
    """Everything that somebody has now, by subject."""
    rows = session.execute(_STANDING.where(leases.c.until > now))
    return {row.subject: Held(row.staff, row.taken_at, row.until) for row in rows}


_STANDING = select(leases)
_MINE = update(leases)
