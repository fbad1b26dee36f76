"""Customers of whom nothing was heard for years are lost sight of; nobody else is."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.clock import SteppedClock
from paldies.privacy import fading
from paldies.privacy.fading import Fading
from paldies.replies.cases import open_case
from paldies.store.database import Database
from paldies.store.schema import customers
from tests.factories import NOON
from tests.rows import add_customer, add_order

YEAR = timedelta(days=365)
LONG_AGO = NOON - 4 * YEAR


def settle(session: Session, name: str, *, ordered: Any = LONG_AGO) -> int:
    """Somebody who came four years ago."""
    customer = add_customer(session, name, created_at=LONG_AGO)
    add_order(session, customer, EventKind.CONFIRMED, at=ordered, is_open=False)
    return customer


def remembered(database: Database) -> set[str]:
    still = select(customers.c.first_name).where(customers.c.forgotten_at.is_(None))
    return set(database.look(lambda session: session.scalars(still).all()))


async def test_whoever_was_not_heard_of_for_years_is_lost_sight_of(database: Database) -> None:
    with database.session() as session:
        settle(session, "Alice")
        settle(session, "Boris", ordered=NOON - YEAR)
        open_case(session, settle(session, "Carla"), order_id=None, text="It leaks.", now=LONG_AGO)
        add_customer(session, "Dace")

    await Fading(database, SteppedClock(NOON), keep=3 * YEAR).some()

    assert remembered(database) == {"Boris", "Carla", "Dace"}


async def test_a_clock_that_is_years_ahead_for_a_round_costs_few(database: Database) -> None:
    with database.session() as session:
        for number in range(fading.AT_ONCE + 10):
            settle(session, f"Customer{number}")
    walk = Fading(database, SteppedClock(NOON), keep=3 * YEAR)

    await walk.some()
    after_one = len(remembered(database))
    await walk.some()

    assert after_one == 10
    assert remembered(database) == set()
