"""Where people leave traces: for every table, which rows are theirs, and what is left of those in the end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, String, Table, and_, cast, func, literal, or_

from paldies.campaigns.words import TaskOutcome
from paldies.privacy.person import Person
from paldies.store import schema

Left = Callable[[datetime], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Trace:
    """`left` is what the columns hold afterwards; without it, the rows are gone."""

    table: Table
    whose: Callable[[Person], ColumnElement[bool]]
    left: Left | None = None


def _of_customer(table: Table) -> Callable[[Person], ColumnElement[bool]]:
    return lambda person: table.c.customer_id.in_(person.customers)


def _of_customer_or_order(table: Table) -> Callable[[Person], ColumnElement[bool]]:
    return lambda person: or_(table.c.customer_id.in_(person.customers), table.c.order_id.in_(person.orders))


def _of_order(table: Table) -> Callable[[Person], ColumnElement[bool]]:
    return lambda person: table.c.order_id.in_(person.orders)


def _of_message(table: Table) -> Callable[[Person], ColumnElement[bool]]:
    return lambda person: table.c.message_id.in_(person.messages)


def _of_address(table: Table) -> Callable[[Person], ColumnElement[bool]]:
    return lambda person: table.c.address.in_(person.addresses)


def _pushed(person: Person) -> ColumnElement[bool]:
    by_shop = {shop: [order for at, order in person.bought if at == shop] for shop, _ in person.bought}
    hooks = schema.hooks
    return or_(
        literal(False),
        *(and_(hooks.c.shop == shop, hooks.c.order_id.in_(ids)) for shop, ids in by_shop.items()),
    )


def _nameless(table: Table) -> ColumnElement[str]:
    """A key that is unique, and says nothing."""
    return literal("forgotten/") + cast(table.c.id, String)


# What stays is counted; what refers to rows that go is changed before they do.
TRACES: tuple[Trace, ...] = (
    Trace(schema.hooks, _pushed),
    Trace(schema.wordings, _of_message(schema.wordings)),
    Trace(
        schema.attempts,
        _of_message(schema.attempts),
        lambda _: {"address": "", "locale": "", "note": "", "content": None},
    ),
    Trace(
        schema.delivery_events,
        _of_message(schema.delivery_events),
        lambda _: {"provider_key": _nameless(schema.delivery_events), "note": ""},
    ),
    Trace(
        schema.feedback,
        _of_customer_or_order(schema.feedback),
        lambda _: {"text": "", "order_id": None},
    ),
    Trace(
        schema.cases,
        _of_customer_or_order(schema.cases),
        lambda now: {
            "text": "",
            "resolution": "",
            "order_id": None,
            "tell_at": None,
            "closed_at": func.coalesce(schema.cases.c.closed_at, now),
        },
    ),
    Trace(
        schema.staff_tasks,
        _of_customer_or_order(schema.staff_tasks),
        lambda now: {
            "script": "",
            "note": "",
            "order_id": None,
            "done_at": func.coalesce(schema.staff_tasks.c.done_at, now),
            "outcome": func.coalesce(
                func.nullif(schema.staff_tasks.c.outcome, ""), TaskOutcome.WITHDRAWN.value
            ),
        },
    ),
    Trace(schema.gifts, _of_customer_or_order(schema.gifts), lambda _: {"order_id": None}),
    Trace(
        schema.deeds,
        _of_customer_or_order(schema.deeds),
        lambda _: {"subject": "", "note": "", "order_id": None},
    ),
    Trace(
        schema.messages,
        _of_customer(schema.messages),
        lambda _: {
            "key": _nameless(schema.messages),
            "note": "",
            "rfc_id": "",
            "receipt": "",
            "parked_at": None,
            "look_at": None,
        },
    ),
    Trace(
        schema.enrolments,
        _of_customer_or_order(schema.enrolments),
        lambda _: {"key": _nameless(schema.enrolments), "note": "", "order_id": None, "event_id": None},
    ),
    Trace(schema.order_lines, _of_order(schema.order_lines)),
    Trace(schema.order_events, _of_order(schema.order_events)),
    Trace(schema.orders, lambda person: schema.orders.c.id.in_(person.orders)),
    Trace(schema.consents, _of_address(schema.consents)),
    Trace(schema.suppressions, _of_address(schema.suppressions)),
    Trace(schema.customer_identities, _of_customer(schema.customer_identities)),
    Trace(
        schema.customers,
        lambda person: schema.customers.c.id.in_(person.customers),
        lambda now: {
            "uuid": literal(f"{uuid4()} ") + cast(schema.customers.c.id, String),
            "first_name": "",
            "last_name": "",
            "email": "",
            "phone": "",
            "locale": "",
            "merge_wanted": None,
            "claim_id": None,
            "kept_apart": True,
            "forgotten_at": now,
        },
    ),
)

# No row of these is about a person, by what their columns say; a new table has to be in one of the two.
IMPERSONAL = frozenset(
    "alerts buckets campaigns channel_stops cursors desk_links desk_sessions forgotten_marks forgotten_orders"
    " hands hook_keys hook_topics instance leases mailboxes message_counts plan_versions processes"
    " sending_hours text_versions".split()
)
