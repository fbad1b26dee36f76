"""Many due messages at once, for as many customers: ordering them one by one would take minutes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, Table, cast, func, insert, literal, select, text, true, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.outbox.planning import plan_new_events
from paldies.store.schema import customers, enrolments, messages, order_events, orders
from tests.factories import RIGA
from tests.rows import add_customer, add_order, plans, publish_campaign

FIRST = 1_000_000  # the number of the first copy; below it is what a test made by itself
HELLO = """
title = "Hello"
trigger = "order.confirmed"
[[steps]]
name = "1_right_choice"
after = "0s"
channels = ["email"]
purpose = "service"
expires = "12h"
"""


def stock(session: Session, most: int, *, campaign: str = HELLO, name: str = "hello") -> None:
    """So many messages that are due now, each for another customer. PostgreSQL."""
    now = datetime.now(UTC)
    publish_campaign(session, campaign, name=name, at=now - timedelta(days=1))
    alice = add_customer(session, "Alice")
    add_order(session, alice, EventKind.CONFIRMED, at=now)
    while plan_new_events(session, plans(), RIGA, now=now).events:
        pass
    numbers = func.generate_series(FIRST, FIRST + most - 1).table_valued("number").render_derived()
    number: ColumnElement[Any] = numbers.c.number
    mark = literal("-") + cast(number, String)
    email = cast(number, String) + "@example.com"
    changes: list[tuple[Table, dict[str, Any]]] = [
        (customers, {"uuid": customers.c.uuid + mark, "email": email}),
        (orders, {"external_id": orders.c.external_id + mark, "customer_id": number, "email": email}),
        (order_events, {"order_id": number}),
        (
            enrolments,
            {
                "key": enrolments.c.key + mark,
                "order_id": number,
                "customer_id": number,
                "event_id": number,
            },
        ),
        (messages, {"key": messages.c.key + mark, "enrolment_id": number, "customer_id": number}),
    ]
    for table, changed in changes:
        values = {column.name: column for column in table.c} | changed | {"id": number}
        rows = select(*values.values()).select_from(table.join(numbers, true()))
        session.execute(insert(table).from_select(list(values), rows.where(table.c.id < FIRST)))
    session.execute(update(messages).where(messages.c.id < FIRST).values(send_at=now + timedelta(days=1)))
    session.execute(text("ANALYZE"))
