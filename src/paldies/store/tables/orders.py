"""What was bought, what happened to it, and how far each shop was read."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Index, Numeric, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from paldies.campaigns.words import EventKind, OrderStatus
from paldies.store.tables.columns import BIG, may_refer_to, refers_to, row_id, word


class OrderRow(SQLModel, table=True):
    """An order with its own contact snapshot, which its messages use; money is in minor units."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop", "external_id"),
        Index("orders_open", "shop", "id", sqlite_where=text("is_open"), postgresql_where=text("is_open")),
    )

    id: int | None = row_id()
    shop: str
    external_id: str
    number: str = Field(index=True)
    customer_id: int = refers_to("customers.id", index=True)
    bought_by: int | None = may_refer_to("customers.id")  # whose it was before a merge; None = customer_id
    status: OrderStatus = word(OrderStatus.PENDING)
    currency: str = ""
    total: int = Field(default=0, sa_type=BIG)
    refunded_total: int = Field(default=0, sa_type=BIG)
    placed_at: datetime
    confirmed_at: datetime | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    promised_at: datetime | None = None
    cancelled_at: datetime | None = None
    refunded_at: datetime | None = None
    payment_method: str = ""
    tags: list[str] = Field(default_factory=list, sa_type=JSON)
    todo: str = ""
    todo_by: datetime | None = None

    email: str = Field(default="", index=True)  # normalised; empty when there is none that can be used
    phone: str = Field(default="", index=True)  # E.164; empty when there is none that can be used
    contact_problem: str = ""  # why the shop's address or number could not be used
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    locale: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    postal_code: str = ""
    address: str = ""
    zones: list[str] = Field(default_factory=list, sa_type=JSON)  # IANA, likeliest first

    sha: str  # of the last snapshot, without updated_at
    updated_at: datetime | None = None  # as the shop says
    first_seen_at: datetime
    is_open: bool = True  # may still change: rescanned nightly


class OrderLine(SQLModel, table=True):
    __tablename__ = "order_lines"

    id: int | None = row_id()
    order_id: int = refers_to("orders.id", index=True)
    position: int
    sku: str = ""
    name: str = ""
    quantity: Decimal = Field(sa_type=Numeric(14, 3))
    price: int = Field(default=0, sa_type=BIG)


class OrderEvent(SQLModel, table=True):
    """Something that happened to an order, once; ordinals above 1 only for partial events."""

    __tablename__ = "order_events"
    __table_args__ = (
        UniqueConstraint("order_id", "kind", "ordinal"),
        Index("order_events_seen", "first_seen_at"),
        Index(
            "order_events_new",
            "id",
            sqlite_where=text("planned_at IS NULL"),
            postgresql_where=text("planned_at IS NULL"),
        ),
    )

    id: int | None = row_id()
    order_id: int = refers_to("orders.id")
    kind: EventKind = word()
    ordinal: int = 1
    happened_at: datetime
    first_seen_at: datetime
    not_before: datetime | None = None  # the earliest that it can have happened, where its time is a guess
    is_history: bool = False  # before this shop's first good poll: starts nothing
    amount: int = Field(default=0, sa_type=BIG)  # a partial refund: refunded so far, in minor units
    planned_at: datetime | None = None  # when the planner had dealt with it


class Cursor(SQLModel, table=True):
    """How far a shop was read."""

    __tablename__ = "cursors"

    shop: str = Field(primary_key=True)
    cursor: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    first_poll_at: datetime | None = None  # began; events before it are history once it has succeeded
    last_good_at: datetime | None = None
    failing_since: datetime | None = None
    error: str = ""
    rescanned_on: date | None = None
