"""Complaints as people at the shop read them: what was said, by whom, and who sees to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from paldies.store.schema import cases, customers, orders

MOST = 200


@dataclass(frozen=True, slots=True)
class Complaint:
    """A case, and who to answer; instants are UTC."""

    number: int
    customer_id: int
    order_id: int | None
    order: str  # its number; empty if it is about none
    first_name: str
    last_name: str
    email: str
    phone: str  # E.164
    locale: str
    zones: tuple[str, ...]
    text: str
    opened_at: datetime
    person: str  # who the customer was told will answer
    answer_by: datetime | None
    taken_at: datetime | None
    taken_by: str
    closed_at: datetime | None
    closed_by: str
    resolution: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


def open_complaints(session: Session, *, limit: int = MOST) -> list[Complaint]:
    """The one that was promised an answer first comes first."""
    due = func.coalesce(cases.c.answer_by, cases.c.opened_at, type_=cases.c.opened_at.type)
    wanted = _COMPLAINTS.where(cases.c.closed_at.is_(None)).order_by(due, cases.c.id).limit(limit)
    return [_complaint(row) for row in session.execute(wanted).mappings()]


def closed_complaints(session: Session, *, limit: int = 20) -> list[Complaint]:
    """The latest first."""
    wanted = _COMPLAINTS.where(cases.c.closed_at.is_not(None)).order_by(cases.c.id.desc()).limit(limit)
    return [_complaint(row) for row in session.execute(wanted).mappings()]


def latest_complaints(session: Session, *, limit: int) -> list[Complaint]:
    """Whatever their state, the latest first."""
    wanted = _COMPLAINTS.order_by(cases.c.id.desc()).limit(limit)
    return [_complaint(row) for row in session.execute(wanted).mappings()]


def complaints_of(session: Session, customer_id: int) -> list[Complaint]:
    """All of one customer's, the latest first."""
    wanted = _COMPLAINTS.where(cases.c.customer_id == customer_id).order_by(cases.c.id.desc()).limit(MOST)
    return [_complaint(row) for row in session.execute(wanted).mappings()]


def find_complaint(session: Session, number: int) -> Complaint | None:
    """Whatever its state."""
    row = session.execute(_COMPLAINTS.where(cases.c.id == number)).mappings().first()
    return _complaint(row) if row else None


def _complaint(row: Any) -> Complaint:
    return Complaint(**dict(row) | {"zones": tuple(row["zones"] or ())})


def _of_order_or_customer(name: str) -> ColumnElement[str]:
    """As the order has it, and else the customer."""
    return func.coalesce(func.nullif(orders.c[name], ""), customers.c[name]).label(name)


_COMPLAINTS: Select[Any] = (
    select(cases.c.id.label("number"), func.coalesce(orders.c.number, "").label("order"), orders.c.zones)
    .add_columns(*(column for column in cases.c if column.name not in ("id", "times_told", "tell_at")))
    .add_columns(*map(_of_order_or_customer, ("first_name", "last_name", "email", "phone", "locale")))
    .join_from(cases, customers, customers.c.id == cases.c.customer_id)
    .join(orders, orders.c.id == cases.c.order_id, isouter=True)
)
