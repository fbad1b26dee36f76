"""Everything on record about some orders, in a fixed number of index look-ups."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, case, select
from sqlalchemy.orm import Session

from paldies.campaigns.words import TaskKind
from paldies.store.schema import (
    attempts,
    campaigns,
    customers,
    delivery_events,
    enrolments,
    instance,
    messages,
    order_events,
    orders,
    plan_versions,
    staff_tasks,
    suppressions,
)

Rows = Sequence[RowMapping]


@dataclass(frozen=True, slots=True)
class Records:
    """Rows as they were found; mappings are by the id of what the rows belong to."""

    orders: Mapping[int, RowMapping]
    events: Mapping[int, Rows]  # of an order
    enrolments: Rows  # of the orders, of their customers as such, and those that they share
    messages: Mapping[int, Rows]  # of an enrolment, by step and leg
    attempts: Mapping[int, Rows]  # of a message
    deliveries: Mapping[int, Rows]  # of a message
    tasks: Mapping[int, Rows]  # of a message: what staff were asked to do for its step
    suppressions: Mapping[str, Rows]  # of an address
    campaigns: Rows
    plan_versions: Mapping[str, Rows]  # of a campaign, in the order of their publication
    instance: RowMapping | None


def read_records(session: Session, order_ids: Collection[int], *, with_content: bool) -> Records:
    """`with_content` fetches what was said as well, which is most of the bytes."""
    found = _rows(
        session,
        select(orders)
        .add_columns(customers.c.first_name.label("buyer_first_name"))
        .add_columns(customers.c.last_name.label("buyer_last_name"))
        .join_from(orders, customers, customers.c.id == orders.c.customer_id)
        .where(orders.c.id.in_(order_ids)),
    )
    passages = _passages(session, order_ids, {order["customer_id"] for order in found})
    said = _rows(
        session,
        select(messages)
        .where(messages.c.enrolment_id.in_([passage["id"] for passage in passages]))
        .order_by(messages.c.step, messages.c.leg),
    )
    kept = [column for column in attempts.c if with_content or column is not attempts.c.content]
    tried = _rows(
        session,
        select(*kept)
        .where(attempts.c.message_id.in_([message["id"] for message in said]))
        .order_by(attempts.c.id),
    )
    reported = _rows(
        session,
        select(delivery_events)
        .where(delivery_events.c.message_id.in_([message["id"] for message in said]))
        .order_by(delivery_events.c.id),
    )
    asked = _rows(
        session,
        select(staff_tasks)
        .where(staff_tasks.c.message_id.in_([message["id"] for message in said]))
        .where(staff_tasks.c.kind == TaskKind.STEP.value),
    )
    addresses = {attempt["address"] for attempt in tried}
    addresses |= {row[name] for row in (*found, *passages) for name in ("email", "phone") if row[name]}
    never_again = select(suppressions).where(suppressions.c.address.in_(addresses))
    events = select(order_events).where(order_events.c.order_id.in_(order_ids))
    versions = select(
        plan_versions.c.id, plan_versions.c.campaign, plan_versions.c.version, plan_versions.c.published_at
    )
    return Records(
        orders={order["id"]: order for order in found},
        events=_by(
            "order_id", _rows(session, events.order_by(order_events.c.happened_at, order_events.c.id))
        ),
        enrolments=passages,
        messages=_by("enrolment_id", said),
        attempts=_by("message_id", tried),
        deliveries=_by("message_id", reported),
        tasks=_by("message_id", asked),
        suppressions=_by("address", _rows(session, never_again.order_by(suppressions.c.suppressed_at))),
        campaigns=_rows(session, select(campaigns).order_by(campaigns.c.name)),
        plan_versions=_by("campaign", _rows(session, versions.order_by(plan_versions.c.version))),
        instance=session.execute(select(instance)).mappings().first(),
    )


def _passages(session: Session, order_ids: Collection[int], customer_ids: Collection[int]) -> Rows:
    """With the order that each is about."""
    wanted = (
        select(enrolments)
        .add_columns(orders.c.shop, orders.c.external_id, orders.c.number)
        .add_columns(orders.c.zones, orders.c.country, orders.c.region)
        .add_columns(_contact("email"), _contact("phone"), _contact("first_name"))
        .join_from(enrolments, orders, orders.c.id == enrolments.c.order_id, isouter=True)
        .join(customers, customers.c.id == enrolments.c.customer_id)
        .order_by(enrolments.c.event_at, enrolments.c.id)
    )
    own = _rows(session, wanted.where(enrolments.c.order_id.in_(order_ids)))
    about_the_customer = _rows(
        session, wanted.where(enrolments.c.customer_id.in_(customer_ids), enrolments.c.order_id.is_(None))
    )
    known = [*own, *about_the_customer]
    shared = {passage["joined_to"] for passage in known} - {passage["id"] for passage in known} - {None}
    return [*known, *_rows(session, wanted.where(enrolments.c.id.in_(shared)))] if shared else known


def _contact(name: str) -> ColumnElement[str]:
    """As the order has it, or else the customer: what messages use."""
    return case((orders.c.id.is_(None), customers.c[name]), else_=orders.c[name]).label(name)


def _rows(session: Session, statement: Select[tuple[object, ...]]) -> Rows:
    return session.execute(statement).mappings().all()


def _by(column: str, rows: Iterable[RowMapping]) -> dict[Any, Rows]:
    grouped: dict[Any, list[RowMapping]] = defaultdict(list)
    for row in rows:
        grouped[row[column]].append(row)
    return dict(grouped)
