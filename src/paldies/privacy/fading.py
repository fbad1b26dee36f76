"""Customers of whom nothing was heard for years are lost sight of, a few at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from paldies.clock import Clock
from paldies.privacy.forgetting import StillLeaving, lose_sight_of
from paldies.privacy.person import read_person
from paldies.store.database import Database
from paldies.store.schema import cases, customers, feedback, messages, orders, staff_tasks

log = structlog.get_logger(__name__)

AT_ONCE = 50  # people in one round: a clock that is years ahead for an hour costs no more than 300
_LOOKED_AT = 300  # customers in one transaction
_LOOKS = 20  # in one round


@dataclass(frozen=True, slots=True)
class Look:
    """Whom one look has found, and after which row the next one begins; 0: from the start."""

    faded: tuple[int, ...]
    next_after: int


class Fading:
    """Walks through the customers, the oldest first, and begins anew when it meets young ones."""

    def __init__(self, database: Database, clock: Clock, *, keep: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._keep = keep
        self._after = 0

    async def some(self) -> None:
        left = AT_ONCE
        for _ in range(_LOOKS):
            look = await self._database.read(look_on, self._after, self._clock.now() - self._keep)
            for customer in look.faded[:left]:
                await self._lose_sight_of(customer)
            left -= len(look.faded)
            if left < 0:
                return  # the same look again, in the next round
            self._after = look.next_after
            if not self._after or not left:
                return

    async def _lose_sight_of(self, customer: int) -> None:
        now = self._clock.now()
        try:
            await self._database.run(_lose, customer, now - self._keep, now)
        except (StillLeaving, IntegrityError):
            return  # something is happening after all
        log.info("lost sight of a customer", customer=customer)


def look_on(session: Session, after: int, before: datetime) -> Look:
    """At the next customers; those are meant of whom nothing was heard since `before`."""
    window = session.execute(
        select(customers.c.id, customers.c.created_at)
        .where(customers.c.id > after)
        .order_by(customers.c.id)
        .limit(_LOOKED_AT)
    ).all()
    old = [row.id for row in window if row.created_at < before]
    if not old:  # those after them are younger still
        return Look((), 0)
    found = select(customers.c.id).where(customers.c.id.in_(old), _is_faded(before)).order_by(customers.c.id)
    return Look(tuple(session.scalars(found)), window[-1].id)


def _lose(session: Session, customer: int, before: datetime, now: datetime) -> None:
    still = select(customers.c.id).where(customers.c.id == customer, _is_faded(before))
    if session.scalar(still) is not None:
        lose_sight_of(session, read_person(session, customer), now=now)


def _is_faded(before: datetime) -> ColumnElement[bool]:
    """No order, no message, no answer since then, and nothing that is still open."""
    mine = customers.c.id
    recent = (
        exists().where(
            orders.c.customer_id == mine,
            or_(orders.c.placed_at >= before, orders.c.first_seen_at >= before, orders.c.is_open),
        ),
        exists().where(messages.c.customer_id == mine, messages.c.created_at >= before),
        exists().where(feedback.c.customer_id == mine, feedback.c.received_at >= before),
        exists().where(
            cases.c.customer_id == mine, or_(cases.c.closed_at.is_(None), cases.c.closed_at >= before)
        ),
        exists().where(staff_tasks.c.customer_id == mine, staff_tasks.c.done_at.is_(None)),
    )
    is_somebody = customers.c.forgotten_at.is_(None), customers.c.merged_into.is_(None)
    return and_(*is_somebody, *(~one for one in recent))
