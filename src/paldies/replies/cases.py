"""Complaints: opened and added to by what customers say, closed by a person."""

from datetime import datetime

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EventKind
from paldies.customers.revision import bump
from paldies.outbox.parking import unpark_with_its_time
from paldies.replies.duty import Promise
from paldies.replies.news import told_anew
from paldies.store.schema import cases, messages

LONGEST = 20_000  # characters that one case may grow to: whoever has a link may write as often as they like

_IS_OPEN = cases.c.closed_at.is_(None)


class CaseIsFull(Exception):
    """Nothing more is added to a case of this length; the customer has to be told."""


def open_case(
    session: Session,
    customer_id: int,
    *,
    order_id: int | None,
    text: str,
    now: datetime,
    promise: Promise | None = None,
) -> int:
    """The number of a new case, or of the one that is open about the same order, with this added to it.

    Either way somebody at the shop is told within a minute; `promise` is what the customer is told, and what
    campaigns of `case.opened` confirm, once for each case about an order.
    Raises CaseIsFull.
    """
    bump(session, [customer_id])
    same = cases.c.order_id.is_(None) if order_id is None else cases.c.order_id == order_id
    known = select(cases.c.id).where(cases.c.customer_id == customer_id, same, _IS_OPEN).order_by(cases.c.id)
    case_id: int | None = session.scalar(known.limit(1))
    if case_id is not None:
        if add_to(session, case_id, text):
            _tell_again(session, case_id, promise, now)
        return case_id
    opened = insert(cases).values(
        customer_id=customer_id,
        order_id=order_id,
        text=text[:LONGEST],
        opened_at=now,
        person=promise.person if promise else "",
        answer_by=promise.by if promise else None,
        taken_by="",
        times_told=0,
        tell_at=now,
        closed_by="",
        resolution="",
    )
    if promise:
        told_anew(session, order_id, EventKind.CASE_OPENED, now=now)
    return int(session.execute(opened.returning(cases.c.id)).scalar_one())


def add_to(session: Session, case_id: int, text: str) -> bool:
    """Whether it is news: the same once more, as after a double click, is not added. Raises CaseIsFull."""
    written = select(cases.c.text).where(cases.c.id == case_id).with_for_update()
    so_far: str = session.execute(written).scalar_one()
    if so_far == text or so_far.endswith(f"\n\n{text}"):
        return False
    longer = f"{so_far}\n\n{text}" if so_far else text
    if len(longer) > LONGEST:
        raise CaseIsFull
    session.execute(update(cases).where(cases.c.id == case_id).values(text=longer))
    return True


def promise_of(session: Session, case_id: int) -> Promise | None:
    """What the customer was told; None if nothing was promised."""
    row = session.execute(select(cases.c.person, cases.c.answer_by).where(cases.c.id == case_id)).one()
    return Promise(row.person, row.answer_by) if row.answer_by else None


def take_case(session: Session, case_id: int, *, by: str, now: datetime) -> bool:
    """Somebody sees to it, so that nobody else is told; False if it is closed, or somebody does already."""
    taken = session.scalars(
        update(cases)
        .where(cases.c.id == case_id, _IS_OPEN, cases.c.taken_at.is_(None))
        .values(taken_at=now, taken_by=by, tell_at=None)
        .returning(cases.c.id)
    )
    return taken.first() is not None


def close_case(session: Session, case_id: int, *, resolution: str, by: str, now: datetime) -> int | None:
    """How many messages go on that had waited for its end; None if there is no such open case.

    They wait on if the customer has another case that is open.
    """
    customer_id = session.scalar(select(cases.c.customer_id).where(cases.c.id == case_id, _IS_OPEN))
    if customer_id is None:
        return None
    bump(session, [customer_id])
    closed = session.scalars(
        update(cases)
        .where(cases.c.id == case_id, _IS_OPEN)
        .values(closed_at=now, closed_by=by, resolution=resolution, tell_at=None)
        .returning(cases.c.id)
    )
    if closed.first() is None:
        return None
    others = select(cases.c.id).where(cases.c.customer_id == customer_id, _IS_OPEN)
    if session.scalar(others.limit(1)) is not None:
        return 0
    return unpark_with_its_time(session, Reason.CASE_OPEN, messages.c.customer_id == customer_id, now)


def _tell_again(session: Session, case_id: int, promise: Promise | None, now: datetime) -> None:
    """Something was added: whoever is on duty hears of it, unless somebody is about to be told anyhow.

    A promise that still lies ahead stands; one that has passed is made anew.
    """
    one = update(cases).where(cases.c.id == case_id)
    session.execute(one.where(cases.c.taken_at.is_not(None)).values(tell_at=now, times_told=0))
    if promise:
        passed = or_(cases.c.answer_by.is_(None), cases.c.answer_by < now)
        session.execute(one.where(passed).values(person=promise.person, answer_by=promise.by))
