"""Orders are taken in and planned many at once, and each for itself where it has to be."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from paldies.campaigns.words import OrderStatus
from paldies.customers.addresses import AddressError, _email_address, email_address
from paldies.orders.snapshot import Snapshot
from paldies.orders.watcher import Watcher
from paldies.outbox.planning import plan_new_events
from paldies.store.database import Database
from paldies.store.schema import customers, enrolments, orders
from tests.factories import NOON, RIGA
from tests.fakes import FakeShop
from tests.rows import plans, publish_campaign

HOUR = timedelta(hours=1)
TOO_MUCH = 2**70  # more than any database's whole numbers


def order(number: str, **changes: object) -> Snapshot:
    values = {
        "id": number, "status": OrderStatus.CONFIRMED, "currency": "EUR", "total": 5990, "country": "LV",
        "placed_at": NOON, "confirmed_at": NOON, "email": f"{number}@example.com",
    }  # fmt: skip
    return Snapshot(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop(page_size=100)


@pytest.fixture
def watcher(database: Database, shop: FakeShop) -> Watcher:
    """One that has polled the empty shop an hour ago."""
    watcher = Watcher(database, shop, home_zone=RIGA)
    watcher.watch(NOON - HOUR)
    return watcher


def known_orders(database: Database) -> list[str]:
    wanted = select(orders.c.external_id).order_by(orders.c.id)
    return list(database.look(lambda session: session.scalars(wanted).all()))


def test_an_order_that_cannot_be_stored_costs_those_beside_it_nothing(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    for one in (order("alice"), order("boris", total=TOO_MUCH), order("carla")):
        shop.put(one)

    watched = watcher.watch(NOON)

    assert known_orders(database) == ["alice", "carla"]
    assert watched.orders_new == 2
    [rejected] = watched.rejected
    assert rejected.where == "shop 'store', order boris"
    assert rejected.problem.startswith("it cannot be stored: ")


def test_an_order_that_cannot_be_stored_is_taken_in_once_it_can(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.put(order("alice"))
    shop.put(order("boris", total=TOO_MUCH))
    watcher.watch(NOON)

    shop.put(order("boris"))
    watched = watcher.watch(NOON + HOUR)

    assert known_orders(database) == ["alice", "boris"]
    assert (watched.orders_new, watched.rejected) == (1, ())


def test_two_orders_of_one_new_customer_in_one_chunk_share_a_passage(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    database.now(publish_campaign)
    shop.put(order("1", email="alice@example.com", first_name="Alise"))
    later = NOON + timedelta(minutes=5)
    shop.put(order("2", email="Alice@Example.com", first_name="Alice", placed_at=later, confirmed_at=later))

    watcher.watch(NOON + HOUR)
    database.now(plan_new_events, plans(), RIGA, now=NOON + HOUR)

    people = database.look(lambda session: session.execute(select(customers)).all())
    wanted = select(enrolments.c.state).order_by(enrolments.c.event_at)
    states = database.look(lambda session: session.scalars(wanted).all())
    assert [(one.first_name, one.email) for one in people] == [("Alice", "alice@example.com")]
    assert list(states) == ["open", "joined"]


@given(
    st.from_regex(
        r"[A-Za-z0-9_+.'-]{1,8}@([A-Za-z0-9-]{1,6}\.){0,2}(com|lv|COM|test|local|123|xn--p1ai|e)",
        fullmatch=True,
    )
)
def test_the_short_way_to_a_usual_address_leads_where_the_long_one_does(text: str) -> None:
    def verdict(read: object) -> str:
        try:
            return read(text)  # type: ignore[operator, no-any-return]
        except AddressError as error:
            return f"refused: {error}"

    assert verdict(email_address) == verdict(_email_address)
