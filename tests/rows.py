"""Rows with everything filled in, so that a test names only what it is about."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.reading import parse
from paldies.campaigns.traits import Traits
from paldies.campaigns.words import EventKind
from paldies.outbox.plans import Draft, Plans, publish
from paldies.store.tables import CustomerRow, OrderEvent, OrderRow
from tests.factories import CALL, EMAIL, NOON, RIGA, SMS, TASK

CHANNELS: dict[str, Traits] = {traits.name: traits for traits in (EMAIL, CALL, SMS, TASK)}
THE_FIRST_DAY = """
title = "The first day"
trigger = "order.confirmed"

[[steps]]
name = "1_right_choice"
after = "20m"
channels = ["email"]
purpose = "service"
expires = "12h"

[[steps]]
name = "2_thank_you"
after = "20h"
channels = ["email"]
purpose = "service"
"""
_numbers = count(1001)


def plans() -> Plans:
    return Plans(CHANNELS)


def publish_campaign(
    session: Session,
    source: str = THE_FIRST_DAY,
    *,
    name: str = "first_day",
    at: datetime = NOON - timedelta(days=1),
) -> int:
    """The id of the new plan version."""
    campaign = parse(source, file=f"{name}/campaign.toml", name=name, channels=CHANNELS)
    version = publish(session, Draft(campaign, source), at)
    assert version.id is not None
    return version.id


def add_customer(session: Session, name: str = "Alice", **changes: Any) -> int:
    """A customer called `name` at name@example.com; returns the row's id."""
    number = (session.scalar(select(func.count()).select_from(CustomerRow)) or 0) + 1
    values: dict[str, Any] = {
        "uuid": str(keys.customer_uuid("store", f"{name}-{number}")),
        "first_name": name,
        "email": f"{name.lower()}@example.com",
        "locale": "en",
        "created_at": NOON,
    }
    row = CustomerRow(**values | changes)
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def add_order(
    session: Session,
    customer: int,
    *events: EventKind,
    at: datetime = NOON,
    seen_at: datetime | None = None,
    **changes: Any,
) -> int:
    """An order of a customer's to which `events` happened at `at`; returns the row's id."""
    person = session.get_one(CustomerRow, customer)
    number = str(next(_numbers))
    values: dict[str, Any] = {
        "shop": "store",
        "external_id": number,
        "number": f"#{number}",
        "customer_id": customer,
        "currency": "EUR",
        "total": 5990,
        "placed_at": at,
        "email": person.email,
        "first_name": person.first_name,
        "locale": person.locale,
        "country": "LV",
        "zones": [RIGA],
        "sha": number,
        "first_seen_at": seen_at or at,
    }
    row = OrderRow(**values | changes)
    session.add(row)
    session.flush()
    assert row.id is not None
    for kind in events:
        add_event(session, row.id, kind, at=at, seen_at=seen_at)
    return row.id


def add_event(
    session: Session,
    order: int,
    kind: EventKind,
    *,
    at: datetime = NOON,
    seen_at: datetime | None = None,
    ordinal: int = 1,
    is_history: bool = False,
) -> None:
    session.add(
        OrderEvent(
            order_id=order,
            kind=kind,
            ordinal=ordinal,
            happened_at=at,
            first_seen_at=seen_at or at,
            is_history=is_history,
        )
    )
    session.flush()
