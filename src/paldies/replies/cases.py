"""Complaints: opened and added to by what customers say, closed by a person."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.customers.revision import bump
from paldies.outbox.parking import unpark_with_its_time
from paldies.store.schema import cases, messages

LONGEST = 20_000  # characters that one case may grow to: whoever has a link may write as often as they like

_IS_OPEN = cases.c.closed_at.is_(None)


class CaseIsFull(Exception):
    """Nothing more is added to a case of this length; the customer has to be told."""


def open_case(session: Session, customer_id: int, *, order_id: int | None, text: str, now: datetime) -> int:
    """The number of a new case, or of the one that is open about the same order, with this added to it.

    Raises CaseIsFull.
    """
    bump(session, [customer_id])
    same = cases.c.order_id.is_(None) if order_id is None else cases.c.order_id == order_id
    known = select(cases.c.id).where(cases.c.customer_id == customer_id, same, _IS_OPEN).order_by(cases.c.id)
    case_id: int | None = session.scalar(known.limit(1))
    if case_id is not None:
        add_to(session, case_id, text)
        return case_id
    opened = insert(cases).values(
        customer_id=customer_id,
        order_id=order_id,
        text=text[:LONGEST],
        opened_at=now,
        closed_by="",
        resolution="",
    )
    return int(session.execute(opened.returning(cases.c.id)).scalar_one())


def add_to(session: Session, case_id: int, text: str) -> None:
    """The same once more, as after a double click, is not added. Raises CaseIsFull."""
    written = select(cases.c.text).where(cases.c.id == case_id).with_for_update()
    so_far: str = session.execute(written).scalar_one()
    if so_far == text or so_far.endswith(f"\n\n{text}"):
        return
    longer = f"{so_far}\n\n{text}" if so_far else text
    if len(longer) > LONGEST:
        raise CaseIsFull
    session.execute(update(cases).where(cases.c.id == case_id).values(text=longer))


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
        .values(closed_at=now, closed_by=by, resolution=resolution)
        .returning(cases.c.id)
    )
    if closed.first() is None:
        return None
    others = select(cases.c.id).where(cases.c.customer_id == customer_id, _IS_OPEN)
    if session.scalar(others.limit(1)) is not None:
        return 0
    return unpark_with_its_time(session, Reason.CASE_OPEN, messages.c.customer_id == customer_id, now)
