"""Values with everything filled in, so that a test names only what it is about.

The cast: Alice in Riga, Boris in Vladivostok, Carla in New York.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.due import Due
from paldies.campaigns.facts import Customer, Facts, Order
from paldies.campaigns.money import Money
from paldies.campaigns.planner import Arrival
from paldies.campaigns.traits import Traits, Window
from paldies.campaigns.words import AddressKind, EventKind, OrderStatus, Purpose

RIGA = "Europe/Riga"
VLADIVOSTOK = "Asia/Vladivostok"
NEW_YORK = "America/New_York"

NOON = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # Wednesday, noon in Riga

EMAIL = Traits(
    "email",
    AddressKind.EMAIL,
    soft_opt_in=True,
    needs_way_out=True,
)
CALL = Traits(
    "call",
    AddressKind.PHONE,
    needs_consent=frozenset(Purpose),
    bounds=Window(opens=9 * 60, closes=20 * 60),
    every_zone=True,
    margin=timedelta(minutes=10),
)
SMS = Traits("sms", AddressKind.PHONE, needs_consent=frozenset(Purpose))
TASK = Traits("task", AddressKind.NONE, needs_consent=frozenset())


def order(**changes: Any) -> Order:
    values: dict[str, Any] = {
        "id": "1001",
        "number": "#1001",
        "shop": "store",
        "status": OrderStatus.CONFIRMED,
        "total": Money(Decimal("59.90"), "EUR"),
        "refunded_total": Money(Decimal(0), "EUR"),
        "placed_at": NOON - timedelta(hours=1),
        "confirmed_at": NOON - timedelta(minutes=50),
    }
    return Order(**values | changes)


def customer(**changes: Any) -> Customer:
    values: dict[str, Any] = {
        "first_name": "Alice",
        "last_name": "Ozola",
        "email": "alice@example.com",
        "phone": "+37120000001",
        "locale": "lv",
    }
    return Customer(**values | changes)


def facts(**changes: Any) -> Facts:
    """Alice in Riga, about whom nothing stands in the way of anything."""
    values: dict[str, Any] = {
        "order": order(),
        "customer": customer(),
        "address": "alice@example.com",
        "zones": (RIGA,),
        "home_zone": RIGA,
        "happened": frozenset({EventKind.PLACED, EventKind.CONFIRMED}),
        "has_consent": True,
        "has_way_out": True,
    }
    return Facts(**values | changes)


def step(**changes: Any) -> Step:
    values: dict[str, Any] = {
        "name": "1_right_choice",
        "after": timedelta(minutes=20),
        "channels": ("email",),
        "purpose": Purpose.SERVICE,
        "expires": timedelta(hours=12),
    }
    values |= changes
    return Step(**{"key": values["name"]} | values)


def campaign(**changes: Any) -> Campaign:
    values: dict[str, Any] = {
        "name": "first_day",
        "title": "The first day",
        "trigger": EventKind.CONFIRMED,
        "steps": (step(),),
        "stop_on": frozenset({EventKind.CANCELLED, EventKind.REFUNDED}),
    }
    return Campaign(**values | changes)


def due(**changes: Any) -> Due:
    """The first leg of a step, at its first look, due now."""
    values: dict[str, Any] = {
        "enrolment": "first_day/store:1001/order.confirmed.1",
        "campaign": "first_day",
        "step": step(),
        "leg": 1,
        "traits": EMAIL,
        "send_at": NOON,
        "event_at": NOON - timedelta(minutes=20),
        "expires_at": None,
        "previous_at": None,
        "stop_on": frozenset({EventKind.CANCELLED, EventKind.REFUNDED}),
    }
    values |= changes
    values = {"purpose": values["step"].purpose} | values
    return Due(**{"key": f"{values['enrolment']}/{values['step'].key}/{values['leg']}"} | values)


def arrival(**changes: Any) -> Arrival:
    """Alice's order, just confirmed and seen at once."""
    values: dict[str, Any] = {
        "subject": "store:1001",
        "customer_uuid": UUID(int=1),
        "event_at": NOON,
        "first_seen_at": NOON,
        "anchor_at": NOON,
        "order": order(),
        "customer": customer(),
    }
    return Arrival(**values | changes)
