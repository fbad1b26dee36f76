"""Rows as the values that conditions, policy and templates see."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from paldies.campaigns.facts import Customer, Line, Order
from paldies.campaigns.money import from_minor
from paldies.campaigns.words import OrderStatus, Stage
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import customers, feedback, order_lines, orders
from paldies.value import value

_RATING = (
    select(feedback.c.rating)
    .where(feedback.c.order_id == orders.c.id, feedback.c.rating.is_not(None))
    .order_by(feedback.c.received_at.desc())
    .limit(1)
    .scalar_subquery()
)
_READ_OF_ORDERS = (
    "id", "customer_id", "shop", "external_id", "number", "status", "currency", "total", "refunded_total",
    "placed_at", "confirmed_at", "paid_at", "shipped_at", "delivered_at", "promised_at", "cancelled_at",
    "refunded_at", "payment_method", "todo", "todo_by", "email", "phone", "contact_problem", "first_name",
    "last_name", "company", "locale", "country", "region", "city", "postal_code", "address",
)  # fmt: skip
_READ_OF_LINES = ("order_id", "sku", "name", "quantity", "price")
_READ_OF_CUSTOMERS = ("id", "uuid", "first_name", "last_name", "email", "phone", "locale", "stage")
_LISTS = ("tags", "zones")  # read as they were written: of many orders they are the same text
_ORDER_COUNT = (
    select(func.count()).select_from(orders).where(orders.c.customer_id == customers.c.id).scalar_subquery()
)
_ORDERS = Question(
    select(*(orders.c[name] for name in _READ_OF_ORDERS))
    .add_columns(*(cast(orders.c[name], String).label(name) for name in _LISTS), _RATING.label("rating"))
    .where(among(orders.c.id, "ids"))
)
_LINES = Question(
    select(*(order_lines.c[name] for name in _READ_OF_LINES))
    .where(among(order_lines.c.order_id, "ids"))
    .order_by(order_lines.c.order_id, order_lines.c.position)
)
_CUSTOMERS = Question(
    select(*(customers.c[name] for name in _READ_OF_CUSTOMERS))
    .add_columns(_ORDER_COUNT.label("order_count"))
    .where(among(customers.c.id, "ids"))
)


class Person(Protocol):
    """What is read of a customer's row, and how many orders there are."""

    id: int
    uuid: str
    first_name: str
    last_name: str
    email: str
    phone: str
    locale: str
    stage: str
    order_count: int


@value
class OrderView:
    """An order as a value, beside what only the machinery needs of its row."""

    order: Order
    customer_id: int
    email: str
    phone: str
    address_problem: str
    first_name: str
    last_name: str
    locale: str
    zones: tuple[str, ...]
    zone: ZoneInfo


def read_orders(session: Session, ids: Collection[int], home_zone: str) -> dict[int, OrderView]:
    """Orders by row id, with their lines, in two statements; instants are in the customer's zone."""
    if not ids:
        return {}
    lines: dict[int, list[Any]] = defaultdict(list)
    for line in _LINES.ask(session, ids=ids):
        lines[line.order_id].append(line)
    return {row.id: _view(row, lines.get(row.id, ()), home_zone) for row in _ORDERS.ask(session, ids=ids)}


def read_customers(session: Session, ids: Collection[int]) -> dict[int, Person]:
    """Customers by row id."""
    return {row.id: row for row in _CUSTOMERS.ask(session, ids=ids)} if ids else {}


def customer_value(person: Person, order: OrderView | None) -> Customer:
    """The customer as this order knows them: its own contact snapshot comes first."""
    if order is None:
        first_name, last_name, locale = person.first_name, person.last_name, person.locale
    else:
        first_name = order.first_name or person.first_name
        last_name = order.last_name or person.last_name
        locale = order.locale or person.locale
    return Customer(
        first_name=first_name,
        last_name=last_name,
        email=order.email if order else person.email,
        phone=order.phone if order else person.phone,
        locale=locale,
        order_count=person.order_count,
        stage=_stage(person.stage),
    )


def _view(row: Any, lines: Sequence[Any], home_zone: str) -> OrderView:
    zones = _words(row.zones)
    zone = ZoneInfo(zones[0] if zones else home_zone)
    return OrderView(
        order=_order(row, lines, zone),
        customer_id=row.customer_id,
        email=row.email,
        phone=row.phone,
        address_problem=row.contact_problem,
        first_name=row.first_name,
        last_name=row.last_name,
        locale=row.locale,
        zones=zones,
        zone=zone,
    )


def _order(row: Any, lines: Sequence[Any], zone: ZoneInfo) -> Order:
    def there(instant: datetime | None) -> datetime | None:
        return instant and instant.astimezone(zone)

    return Order(
        id=row.external_id,
        number=row.number,
        shop=row.shop,
        status=_status(row.status),
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
        tags=_words(row.tags),
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


@lru_cache(4096)
def _words(listed: str) -> tuple[str, ...]:
    """A list of words that was kept as JSON."""
    return tuple(json.loads(listed))


_money = lru_cache(4096)(from_minor)  # a shop's prices are few
_status = cache(OrderStatus)  # an enumeration's own look-up takes five times as long
_stage = cache(Stage)
