"""Rows as the values that conditions, policy and templates see."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from paldies.campaigns.facts import Customer, Line, Order
from paldies.campaigns.money import from_minor
from paldies.campaigns.words import stage_of, status_of
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import customers, feedback, order_lines, orders
from paldies.value import many, value

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
    found = _ORDERS.ask_by_columns(session, ids=ids)
    zones = [_words(listed) for listed in found.zones]
    local = [ZoneInfo(names[0] if names else home_zone) for names in zones]
    lines = _lines(session, dict(zip(found.id, found.currency, strict=True)))
    views = many(
        OrderView,
        order=_orders(found, local, lines),
        customer_id=found.customer_id,
        email=found.email,
        phone=found.phone,
        address_problem=found.contact_problem,
        first_name=found.first_name,
        last_name=found.last_name,
        locale=found.locale,
        zones=zones,
        zone=local,
    )
    return dict(zip(found.id, views, strict=True))


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
        stage=stage_of(person.stage),
    )


def _lines(session: Session, currencies: Mapping[int, str]) -> Mapping[int, Sequence[Line]]:
    """By order."""
    lines: dict[int, list[Line]] = defaultdict(list)
    found = _LINES.ask_by_columns(session, ids=currencies)
    prices = map(_money, found.price, map(currencies.__getitem__, found.order_id))
    made = many(Line, sku=found.sku, name=found.name, quantity=found.quantity, price=prices)
    for order_id, line in zip(found.order_id, made, strict=True):
        lines[order_id].append(line)
    return lines


def _orders(found: Any, local: Sequence[ZoneInfo], lines: Mapping[int, Sequence[Line]]) -> Iterator[Order]:
    def there(instants: Sequence[datetime | None]) -> list[datetime | None]:
        return [at and at.astimezone(zone) for at, zone in zip(instants, local, strict=True)]

    return many(
        Order,
        id=found.external_id,
        number=found.number,
        shop=found.shop,
        status=map(status_of, found.status),
        total=map(_money, found.total, found.currency),
        refunded_total=map(_money, found.refunded_total, found.currency),
        placed_at=there(found.placed_at),
        confirmed_at=there(found.confirmed_at),
        paid_at=there(found.paid_at),
        shipped_at=there(found.shipped_at),
        delivered_at=there(found.delivered_at),
        promised_at=there(found.promised_at),
        cancelled_at=there(found.cancelled_at),
        refunded_at=there(found.refunded_at),
        payment_method=found.payment_method,
        tags=map(_words, found.tags),
        todo=found.todo,
        todo_by=there(found.todo_by),
        lines=[tuple(lines.get(order_id, ())) for order_id in found.id],
        company=found.company,
        country=found.country,
        region=found.region,
        city=found.city,
        postal_code=found.postal_code,
        address=found.address,
        rating=[rating or 0 for rating in found.rating],
    )


@lru_cache(4096)
def _words(listed: str) -> tuple[str, ...]:
    """A list of words that was kept as JSON."""
    return tuple(json.loads(listed))


_money = lru_cache(4096)(from_minor)  # a shop's prices are few
