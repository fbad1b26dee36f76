"""Rows as the values that conditions, policy and templates see."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.campaigns.facts import Customer, Line, Order
from paldies.campaigns.money import from_minor
from paldies.campaigns.words import OrderStatus, Stage
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import customers, feedback, order_lines, orders

_RATING = (
    select(feedback.c.rating)
    .where(feedback.c.order_id == orders.c.id, feedback.c.rating.is_not(None))
    .order_by(feedback.c.received_at.desc())
    .limit(1)
    .scalar_subquery()
)
_ORDERS = Question(select(orders, _RATING.label("rating")).where(among(orders.c.id, "ids")))
_LINES = Question(
    select(order_lines)
    .where(among(order_lines.c.order_id, "ids"))
    .order_by(order_lines.c.order_id, order_lines.c.position)
)
_CUSTOMERS = Question(select(customers).where(among(customers.c.id, "ids")))
_COUNTS = Question(
    select(orders.c.customer_id, func.count().label("order_count"))
    .where(among(orders.c.customer_id, "ids"))
    .group_by(orders.c.customer_id)
)
_money = lru_cache(4096)(from_minor)  # a shop's prices are few


class OrderView:
    """An order as a value, beside what only the machinery needs of its row."""

    __slots__ = (
        "address_problem", "customer_id", "email", "locale", "order", "phone", "row", "zone", "zones",
    )  # fmt: skip

    def __init__(self, row: Any, lines: Sequence[Any], home_zone: str) -> None:
        self.row = row
        self.customer_id: int = row.customer_id
        self.email: str = row.email
        self.phone: str = row.phone
        self.locale: str = row.locale
        self.zones: tuple[str, ...] = tuple(row.zones)
        self.address_problem: str = row.contact_problem
        self.zone = ZoneInfo(self.zones[0] if self.zones else home_zone)
        self.order = _order(row, lines, self.zone)


def read_orders(session: Session, ids: Collection[int], home_zone: str) -> dict[int, OrderView]:
    """Orders by row id, with their lines, in two statements; instants are in the customer's zone."""
    if not ids:
        return {}
    lines: dict[int, list[Any]] = defaultdict(list)
    for line in _LINES.ask(session, ids=ids):
        lines[line.order_id].append(line)
    return {row.id: OrderView(row, lines[row.id], home_zone) for row in _ORDERS.ask(session, ids=ids)}


def read_customers(session: Session, ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """Customer rows by id, each with `order_count`."""
    if not ids:
        return {}
    counts = {row.customer_id: row.order_count for row in _COUNTS.ask(session, ids=ids)}
    return {
        row.id: row._asdict() | {"order_count": counts.get(row.id, 0)}
        for row in _CUSTOMERS.ask(session, ids=ids)
    }


def customer_value(row: Mapping[str, Any], order: OrderView | None) -> Customer:
    """The customer as this order knows them: its own contact snapshot comes first."""
    if order is None:
        first_name, last_name, locale = row["first_name"], row["last_name"], row["locale"]
    else:
        first_name = order.row.first_name or row["first_name"]
        last_name = order.row.last_name or row["last_name"]
        locale = order.locale or row["locale"]
    return Customer(
        first_name=first_name,
        last_name=last_name,
        email=order.email if order else row["email"],
        phone=order.phone if order else row["phone"],
        locale=locale,
        order_count=row["order_count"],
        stage=Stage(row["stage"]),
    )


def _order(row: Any, lines: Sequence[Any], zone: ZoneInfo) -> Order:
    def there(instant: datetime | None) -> datetime | None:
        return instant and instant.astimezone(zone)

    return Order(
        id=row.external_id,
        number=row.number,
        shop=row.shop,
        status=OrderStatus(row.status),
        total=_money(row.total, row.currency),
        refunded_total=_money(row.refunded_total, row.currency),
        placed_at=row.placed_at.astimezone(zone),
        confirmed_at=there(row.confirmed_at),
        paid_at=there(row.paid_at),
        shipped_at=there(row.shipped_at),
        delivered_at=there(row.delivered_at),
        promised_at=there(row.promised_at),
        cancelled_at=there(row.cancelled_at),
        refunded_at=there(row.refunded_at),
        payment_method=row.payment_method,
        tags=tuple(row.tags),
        todo=row.todo,
        todo_by=there(row.todo_by),
        lines=tuple(
            Line(line.sku, line.name, line.quantity, _money(line.price, row.currency)) for line in lines
        ),
        company=row.company,
        country=row.country,
        region=row.region,
        city=row.city,
        postal_code=row.postal_code,
        address=row.address,
        rating=row.rating or 0,
    )
