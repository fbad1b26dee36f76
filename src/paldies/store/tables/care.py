"""What customers say, what staff have to do, and what was given."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from paldies.campaigns.words import TaskKind
from paldies.store.tables.columns import BIG, may_refer_to, refers_to, row_id, word

_OPEN = text("done_at IS NULL")
_TELLING = text("tell_at IS NOT NULL")
_UNSOLVED = text("closed_at IS NULL")


class Feedback(SQLModel, table=True):
    __tablename__ = "feedback"

    id: int | None = row_id()
    customer_id: int = refers_to("customers.id", index=True)
    order_id: int | None = may_refer_to("orders.id", index=True)
    message_id: int | None = may_refer_to("messages.id")
    rating: int | None = None
    text: str = ""
    received_at: datetime


class Case(SQLModel, table=True):
    """A complaint; while it is open, nothing promotional leaves."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_to_tell", "tell_at", sqlite_where=_TELLING, postgresql_where=_TELLING),
        Index("cases_open", "opened_at", sqlite_where=_UNSOLVED, postgresql_where=_UNSOLVED),
    )

    id: int | None = row_id()
    customer_id: int = refers_to("customers.id", index=True)
    order_id: int | None = may_refer_to("orders.id", index=True)
    text: str = ""
    opened_at: datetime
    person: str = ""  # who the customer was told will answer
    answer_by: datetime | None = None  # until when, as the customer was told
    taken_at: datetime | None = None  # somebody sees to it: nobody else is told any more
    taken_by: str = ""
    times_told: int = 0  # how far it has escalated: see replies.escalation
    tell_at: datetime | None = None  # when the next one is told
    closed_at: datetime | None = None
    closed_by: str = ""
    resolution: str = ""


class StaffTask(SQLModel, table=True):
    """Something a person has to do; a message asks for each kind of thing once."""

    __tablename__ = "staff_tasks"
    __table_args__ = (
        Index("staff_tasks_of_message", "message_id", "kind", unique=True),
        Index("staff_tasks_open", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = row_id()
    message_id: int | None = may_refer_to("messages.id", index=True)
    customer_id: int = refers_to("customers.id", index=True)
    order_id: int | None = may_refer_to("orders.id")
    kind: TaskKind = word()
    script: str = ""
    due_at: datetime = Field(index=True)
    snoozed_until: datetime | None = None
    done_at: datetime | None = None
    done_by: str = ""
    outcome: str = ""
    note: str = ""
    created_at: datetime


class Gift(SQLModel, table=True):
    __tablename__ = "gifts"

    id: int | None = row_id()
    customer_id: int = refers_to("customers.id", index=True)
    order_id: int | None = may_refer_to("orders.id")
    kind: str
    cost: int = Field(default=0, sa_type=BIG)
    currency: str = ""
    given_at: datetime
