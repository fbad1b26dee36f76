"""For whom a person starts a campaign: the orders or customers that they name."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.expressions import ExpressionError, is_true
from paldies.campaigns.facts import condition_values
from paldies.customers.identity import roots_of
from paldies.store.database import Database
from paldies.store.schema import customers, orders
from paldies.store.shops import shops_with_orders
from paldies.store.views import customer_value, read_customers, read_orders

_AT_ONCE = 100  # customers of whom all orders are read: under 50 ms on SQLite


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or what a campaign is started for; `key` as in `keys`."""

    key: str
    customer_id: int
    order_id: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """Subjects, and what was asked for and is not there, or could not be judged."""

    subjects: tuple[Subject, ...] = ()
    unknown: tuple[str, ...] = ()


def named_orders(session: Session, names: Collection[str]) -> Found:
    """Orders by the shop's id or by their number, with or without a leading #."""
    bare = {name.lstrip("#") for name in names}
    spelt = bare | {f"#{name}" for name in bare}
    columns = (orders.c.id, orders.c.shop, orders.c.external_id, orders.c.number, orders.c.customer_id)
    # the index on ids begins with the shop: there are few, and without them all orders would be read
    shops = list(shops_with_orders(session))
    by_id = select(*columns).where(orders.c.shop.in_(shops), orders.c.external_id.in_(spelt))
    by_number = select(*columns).where(orders.c.number.in_(spelt))
    rows = sorted(session.execute(union(by_id, by_number)), key=lambda row: row.id)
    known = {name.lstrip("#") for row in rows for name in (row.external_id, row.number)}
    subjects = (
        Subject(keys.order_subject(row.shop, row.external_id), row.customer_id, row.id) for row in rows
    )
    return Found(tuple(subjects), tuple(name for name in names if name.lstrip("#") not in known))


def customers_at(session: Session, addresses: Collection[str]) -> Found:
    """Customers by normalised e-mail address, each with their latest order."""
    rows = session.execute(
        select(customers.c.id, customers.c.email).where(customers.c.email.in_(addresses))
    ).all()
    by_order = session.execute(
        select(orders.c.customer_id, orders.c.email).where(orders.c.email.in_(addresses)).distinct()
    ).all()
    known = {row.email for row in (*rows, *by_order)}
    roots = roots_of(session, {*(row.id for row in rows), *(row.customer_id for row in by_order)})
    people = read_customers(session, set(roots.values()))
    latest = _latest_orders(session, people)
    subjects = (
        Subject(keys.customer_subject(UUID(person.uuid)), customer_id, latest.get(customer_id))
        for customer_id, person in sorted(people.items())
    )
    return Found(tuple(subjects), tuple(address for address in addresses if address not in known))


def orders_in_segment(database: Database, segment: str, home_zone: str) -> Iterator[Found]:
    """All orders for which the condition is true, a chunk of customers at a time."""
    after = 0
    while ids := database.look(_next_customers, after):
        yield database.look(_matching, ids, segment, home_zone)
        after = ids[-1]


def _next_customers(session: Session, after: int) -> list[int]:
    wanted = select(orders.c.customer_id).where(orders.c.customer_id > after).distinct()
    return list(session.scalars(wanted.order_by(orders.c.customer_id).limit(_AT_ONCE)))


def _matching(session: Session, customer_ids: Sequence[int], segment: str, home_zone: str) -> Found:
    ids = session.scalars(select(orders.c.id).where(orders.c.customer_id.in_(customer_ids)))
    views = read_orders(session, ids.all(), home_zone)
    people = read_customers(session, customer_ids)
    subjects, unclear = [], []
    for order_id, view in views.items():
        values = condition_values(view.order, customer_value(people[view.customer_id], view))
        try:
            if is_true(segment, values):
                key = keys.order_subject(view.order.shop, view.order.id)
                subjects.append(Subject(key, view.customer_id, order_id))
        except ExpressionError as error:
            unclear.append(f"order {view.order.number}: {error}")
    return Found(tuple(subjects), tuple(unclear))


def _latest_orders(session: Session, customer_ids: Collection[int] | Mapping[int, object]) -> dict[int, int]:
    """The order that was placed last, for each customer who has one."""
    rows = session.execute(
        select(orders.c.customer_id, orders.c.id)
        .where(orders.c.customer_id.in_(customer_ids))
        .order_by(orders.c.placed_at, orders.c.id)
    )
    return {row.customer_id: row.id for row in rows}
