"""Rows as the values that conditions, policy and templates see."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, RowMapping, bindparam, func, select
from sqlalchemy.orm import Session

from paldies.campaigns.facts import Customer, Line, Order
from paldies.campaigns.money import from_minor
from paldies.campaigns.words import OrderStatus, Stage
from paldies.store.schema import customers, order_lines, orders

_INSTANTS = (
    "placed_at", "confirmed_at", "paid_at", "shipped_at", "delivered_at",
    "promised_at", "cancelled_at", "refunded_at", "todo_by",
)  # fmt: skip

# Made once: asking takes less time than putting the question into words.
_THESE: BindParameter[Any] = bindparam("ids", expanding=True)
_ORDERS = select(orders).where(orders.c.id.in_(_THESE))
_LINES = (
    select(order_lines)
    .where(order_lines.c.order_id.in_(_THESE))
    .order_by(order_lines.c.order_id, order_lines.c.position)
)
_CUSTOMERS = select(customers).where(customers.c.id.in_(_THESE))
_COUNTS = (
    select(orders.c.customer_id, func.count().label("order_count"))
    .where(orders.c.customer_id.in_(_THESE))
    .group_by(orders.c.customer_id)
)


class OrderView:
    """An order as a value, beside what only the machinery needs of its row."""

    __slots__ = ("address_problem", "customer_id", "email", "locale", "order", "phone", "row", "zones")

    def __init__(self, row: RowMapping, lines: Sequence[Line], home_zone: str) -> None:
        self.row = row
        self.customer_id: int = row["customer_id"]
        self.email: str = row["email"]
        self.phone: str = row["phone"]
        self.locale: str = row["locale"]
        self.zones: tuple[str, ...] = tuple(row["zones"])
        self.address_problem: str = row["contact_problem"]
        self.order = _order(row, lines, ZoneInfo(self.zones[0] if self.zones else home_zone))


def read_orders(session: Session, ids: Collection[int], home_zone: str) -> dict[int, OrderView]:
    """Orders by row id, with their lines, in two statements; instants are in the customer's zone."""
    if not ids:
        return {}
    lines: dict[int, list[Any]] = defaultdict(list)
    wanted = {"ids": list(ids)}
    for line in session.execute(_LINES, wanted).mappings().all():
        lines[line["order_id"]].append(line)
    return {
        row["id"]: OrderView(row, [_line(line, row["currency"]) for line in lines[row["id"]]], home_zone)
        for row in session.execute(_ORDERS, wanted).mappings().all()
    }


def read_customers(session: Session, ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """Customer rows by id, each with `order_count`."""
    if not ids:
        return {}
    wanted = {"ids": list(ids)}
    counts = {row.customer_id: row.order_count for row in session.execute(_COUNTS, wanted)}
    found = session.execute(_CUSTOMERS, wanted).mappings().all()
    return {row["id"]: {**dict(row), "order_count": counts.get(row["id"], 0)} for row in found}


def customer_value(row: Mapping[str, Any], order: OrderView | None) -> Customer:
    """The customer as this order knows them: its own contact snapshot comes first."""
    snapshot: Any = order.row if order else row
    return Customer(
        first_name=snapshot["first_name"] or row["first_name"],
        last_name=snapshot["last_name"] or row["last_name"],
        email=snapshot["email"] if order else row["email"],
        phone=snapshot["phone"] if order else row["phone"],
        locale=snapshot["locale"] or row["locale"],
        order_count=row["order_count"],
        stage=Stage(row["stage"]),
    )


def _order(row: RowMapping, lines: Sequence[Line], zone: ZoneInfo) -> Order:
    instants: dict[str, datetime | None] = {
        name: row[name].astimezone(zone) if row[name] else None for name in _INSTANTS
    }
    return Order(
        id=row["external_id"],
        number=row["number"],
        shop=row["shop"],
        status=OrderStatus(row["status"]),
        total=from_minor(row["total"], row["currency"]),
        refunded_total=from_minor(row["refunded_total"], row["currency"]),
        payment_method=row["payment_method"],
        tags=tuple(row["tags"]),
        todo=row["todo"],
        lines=tuple(lines),
        company=row["company"],
        country=row["country"],
        region=row["region"],
        city=row["city"],
        postal_code=row["postal_code"],
        address=row["address"],
        **instants,  # type: ignore[arg-type]
    )


def _line(row: RowMapping, currency: str) -> Line:
    return Line(
        sku=row["sku"], name=row["name"], quantity=row["quantity"], price=from_minor(row["price"], currency)
    )
