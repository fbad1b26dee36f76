"""Forgets a person: nothing of theirs stays, nothing comes back, and nobody writes to them again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, literal_column, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.customers.forgotten import bury, mark
from paldies.customers.revision import bump
from paldies.outbox.endings import stop
from paldies.privacy.person import Person, read_person
from paldies.privacy.traces import TRACES
from paldies.store.schema import consents, customers, messages, suppressions


class StillLeaving(Exception):
    """A message to them is on its way at this moment; a little later it is not."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much it was."""

    orders: int
    messages: int


def forget(session: Session, person: Person, *, now: datetime) -> Forgotten:
    """By their own wish: they are never known again, and never written to. Raises StillLeaving."""
    person = _silence(session, person, now)
    mark(session, person.addresses, person.accounts, now=now)
    return _erase(session, person, now)


def lose_sight_of(session: Session, person: Person, *, now: datetime) -> Forgotten:
    """As nothing has happened for long: a later order begins anew; what they refused stays refused.

    Raises StillLeaving.
    """
    person = _silence(session, person, now)
    return _erase(session, person, now, keeps_wishes=True)


def _silence(session: Session, person: Person, now: datetime) -> Person:
    """As they are known now, under the lock that claims and new orders take, too: nothing begins to leave."""
    bump(session, person.customers)
    person = read_person(session, person.customers[0]) if person.customers else person
    leaving = select(messages.c.id).where(
        messages.c.customer_id.in_(person.customers), messages.c.status == literal_column("'sending'")
    )
    if session.scalar(leaving.limit(1)) is not None:
        raise StillLeaving
    stop(session, person.passages, Reason.FORGOTTEN, now)
    session.execute(  # nobody will find out any more
        update(messages)
        .where(messages.c.customer_id.in_(person.customers))
        .where(messages.c.status == MessageStatus.UNCONFIRMED.value)
        .values(status=MessageStatus.FAILED.value, reason=Reason.UNCONFIRMED.value, ended_at=now)
    )
    return person


def _erase(session: Session, person: Person, now: datetime, *, keeps_wishes: bool = False) -> Forgotten:
    for shop in {shop for shop, _ in person.bought}:
        bury(session, shop, (order for at, order in person.bought if at == shop), now=now)
    session.execute(
        update(customers).where(customers.c.merge_wanted.in_(person.customers)).values(merge_wanted=None)
    )
    if keeps_wishes:
        agreed = consents.c.address.in_(person.addresses), consents.c.withdrawn_at.is_(None)
        session.execute(delete(consents).where(*agreed))
    for trace in TRACES:
        if keeps_wishes and trace.table in _WISHES:
            continue
        theirs = trace.whose(person)
        if trace.left:
            session.execute(update(trace.table).where(theirs).values(dict(trace.left(now))))
        else:
            session.execute(delete(trace.table).where(theirs))
    return Forgotten(len(person.orders), len(person.messages))


_WISHES = (suppressions, consents)
