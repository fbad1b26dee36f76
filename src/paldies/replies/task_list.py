"""The list that the shop's staff work from, the most urgent first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, case, func, select
from sqlalchemy.orm import Session

from paldies.campaigns.words import MessageStatus, TaskKind
from paldies.campaigns.zones import known_zones
from paldies.channels.task.unwanted import IS_TO_DO, IS_UNWANTED
from paldies.store.schema import cases, customers, messages, orders, staff_tasks

_LATEST = 5  # of what was said to a customer before
_WENT = tuple(s.value for s in (MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.UNCONFIRMED))


@dataclass(frozen=True, slots=True)
class Task:
    """Who, what, by when; instants are UTC, zones IANA names, the likeliest first."""

    id: int
    kind: TaskKind
    campaign: str  # empty if no message has asked for it
    step: str
    message_id: int | None
    customer_id: int
    order_id: int | None
    order: str  # its number; empty if it is about no order
    shop: str
    name: str
    phone: str  # E.164
    email: str
    locale: str
    zones: tuple[str, ...]
    script: str
    created_at: datetime
    due_at: datetime
    snoozed_until: datetime | None
    expires_at: datetime | None  # when the campaign's step is over, whatever becomes of it
    done_at: datetime | None
    done_by: str
    outcome: str
    note: str
    is_unwanted: bool  # the customer has asked since not to be contacted

    def is_overdue(self, now: datetime) -> bool:
        return self.done_at is None and self.due_at <= now

    def is_snoozed(self, now: datetime) -> bool:
        return self.done_at is None and self.snoozed_until is not None and self.snoozed_until > now


@dataclass(frozen=True, slots=True)
class Said:
    """A message that went to the customer before, on whatever channel."""

    at: datetime
    campaign: str
    step: str
    channel: str
    status: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What came of an earlier task for the same customer."""

    at: datetime
    by: str
    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class Before:
    """What whoever rings should know, the newest first."""

    complaints: tuple[str, ...]
    said: tuple[Said, ...]
    noted: tuple[Noted, ...]


def to_do(
    session: Session,
    now: datetime,
    *,
    kind: TaskKind | None = None,
    due_before: datetime | None = None,
    limit: int = 50,
) -> list[Task]:
    """What is open, by its deadline; behind it what is snoozed, by when it comes back."""
    wanted = [IS_TO_DO]
    if kind:
        wanted.append(staff_tasks.c.kind == kind.value)
    if due_before:
        wanted.append(staff_tasks.c.due_at <= due_before)
    is_snoozed = func.coalesce(staff_tasks.c.snoozed_until > now, False)
    comes_up = case((is_snoozed, staff_tasks.c.snoozed_until), else_=staff_tasks.c.due_at)
    statement = _TASKS.where(*wanted).order_by(is_snoozed, comes_up, staff_tasks.c.id).limit(limit)
    return [_task(row) for row in session.execute(statement).mappings()]


def find_task(session: Session, task_id: int) -> Task | None:
    """Whatever its state."""
    row = session.execute(_TASKS.where(staff_tasks.c.id == task_id)).mappings().first()
    return _task(row) if row else None


def before(session: Session, task: Task) -> Before:
    open_cases = cases.c.customer_id == task.customer_id, cases.c.closed_at.is_(None)
    said = (
        select(messages.c.claimed_at, messages.c.campaign, messages.c.step)
        .add_columns(messages.c.channel, messages.c.status)
        .where(messages.c.customer_id == task.customer_id, messages.c.status.in_(_WENT))
        .where(messages.c.id != (task.message_id or 0))
        .order_by(messages.c.claimed_at.desc())
        .limit(_LATEST)
    )
    noted = (
        select(staff_tasks.c.done_at, staff_tasks.c.done_by, staff_tasks.c.outcome, staff_tasks.c.note)
        .where(staff_tasks.c.customer_id == task.customer_id, staff_tasks.c.id != task.id)
        .where(staff_tasks.c.done_at.is_not(None))
        .order_by(staff_tasks.c.done_at.desc())
        .limit(_LATEST)
    )
    return Before(
        complaints=tuple(
            session.scalars(select(cases.c.text).where(*open_cases).order_by(cases.c.id.desc()))
        ),
        said=tuple(Said(*row) for row in session.execute(said)),
        noted=tuple(Noted(*row) for row in session.execute(noted)),
    )


def _of_the_order(column: str) -> ColumnElement[str]:
    """As the order has it; a customer about whom no order is named, by their own record."""
    has_order = staff_tasks.c.order_id.is_not(None)
    return case((has_order, orders.c[column]), else_=customers.c[column])


_TASKS = (
    select(staff_tasks, IS_UNWANTED.label("is_unwanted"))
    .add_columns(messages.c.campaign, messages.c.step, messages.c.expires_at)
    .add_columns(orders.c.number, orders.c.shop, orders.c.zones)
    .add_columns(_of_the_order("phone").label("phone"), _of_the_order("email").label("email"))
    .add_columns(
        *(
            func.coalesce(func.nullif(orders.c[name], ""), customers.c[name]).label(name)
            for name in ("first_name", "last_name", "locale")
        )
    )
    .join_from(staff_tasks, customers, customers.c.id == staff_tasks.c.customer_id)
    .join(orders, orders.c.id == staff_tasks.c.order_id, isouter=True)
    .join(messages, messages.c.id == staff_tasks.c.message_id, isouter=True)
)


def _task(row: RowMapping) -> Task:
    same = (
        "id",
        "message_id",
        "customer_id",
        "order_id",
        "phone",
        "email",
        "locale",
        "script",
        "created_at",
        "due_at",
    )
    closing = ("snoozed_until", "done_at", "done_by", "outcome", "note")
    return Task(
        kind=TaskKind(row["kind"]),
        campaign=row["campaign"] or "",
        step=row["step"] or "",
        order=row["number"] or "",
        shop=row["shop"] or "",
        name=f"{row['first_name']} {row['last_name']}".strip(),
        zones=known_zones(tuple(row["zones"] or ())),
        expires_at=row["expires_at"] if row["kind"] == TaskKind.STEP else None,
        is_unwanted=bool(row["is_unwanted"]) and row["done_at"] is None,
        **{name: row[name] for name in (*same, *closing)},
    )
