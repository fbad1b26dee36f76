"""Rows read as values: every field of an order where it belongs."""

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from paldies.campaigns.facts import Customer, Line, Order
from paldies.campaigns.money import Money
from paldies.campaigns.words import OrderStatus, Stage
from paldies.store.database import Database
from paldies.store.tables import OrderLine
from paldies.store.views import customer_value, read_customers, read_orders
from tests.factories import NOON, RIGA, VLADIVOSTOK
from tests.rows import add_customer, add_order

HOUR = timedelta(hours=1)
TIMES = {
    "placed_at": NOON,
    "confirmed_at": NOON + 1 * HOUR,
    "paid_at": NOON + 2 * HOUR,
    "shipped_at": NOON + 3 * HOUR,
    "delivered_at": NOON + 4 * HOUR,
    "promised_at": NOON + 5 * HOUR,
    "cancelled_at": NOON + 6 * HOUR,
    "refunded_at": NOON + 7 * HOUR,
    "todo_by": NOON + 8 * HOUR,
}
WORDS = {
    "number": "#7",
    "shop": "market",
    "payment_method": "card",
    "todo": "measure the window",
    "company": "Ivanov & Co",
    "country": "RU",
    "region": "RU-PRI",
    "city": "Vladivostok",
    "postal_code": "690000",
    "address": "Svetlanskaya 1",
}


def test_an_order_is_read_back_field_by_field(database: Database) -> None:
    with database.session() as session:
        boris = add_customer(session, "Boris")
        order_id = add_order(
            session, boris, external_id="1007", status="part_refunded", currency="JPY", total=5990,
            refunded_total=1200, tags=["gift", "first"], zones=[VLADIVOSTOK, RIGA], phone="+79140000007",
            contact_problem="e-mail: no", **(TIMES | WORDS),
        )  # fmt: skip
        session.add(OrderLine(order_id=order_id, position=2, sku="B", name="Board", quantity=2, price=30))
        session.add(OrderLine(order_id=order_id, position=1, sku="A", name="Apron", quantity=1.5, price=20))

        view = read_orders(session, [order_id], RIGA)[order_id]

    there = ZoneInfo(VLADIVOSTOK)
    assert view.order == Order(
        id="1007",
        status=OrderStatus.PART_REFUNDED,
        total=Money(Decimal(5990), "JPY"),
        refunded_total=Money(Decimal(1200), "JPY"),
        tags=("gift", "first"),
        lines=(
            Line("A", "Apron", Decimal("1.5"), Money(Decimal(20), "JPY")),
            Line("B", "Board", Decimal(2), Money(Decimal(30), "JPY")),
        ),
        **TIMES,  # type: ignore[arg-type]
        **WORDS,  # type: ignore[arg-type]
    )
    assert {getattr(view.order, name).tzinfo for name in TIMES} == {there}
    assert (view.customer_id, view.email, view.phone) == (boris, "boris@example.com", "+79140000007")
    assert (view.address_problem, view.zones, view.zone) == ("e-mail: no", (VLADIVOSTOK, RIGA), there)


def test_an_order_of_nobody_knows_where_is_told_in_the_shops_own_time(database: Database) -> None:
    with database.session() as session:
        alice = add_customer(session)
        known, unknown = add_order(session, alice), add_order(session, alice, zones=[], country="")

        views = read_orders(session, [unknown, known], VLADIVOSTOK)

    assert views[unknown].zones == () and views[unknown].order.lines == ()
    assert views[unknown].order.placed_at.tzinfo == ZoneInfo(VLADIVOSTOK)
    assert views[known].order.placed_at.tzinfo == ZoneInfo(RIGA)


def test_what_an_order_says_of_a_customer_comes_before_what_is_known_of_them(database: Database) -> None:
    with database.session() as session:
        carla = add_customer(session, "Carla", last_name="Diaz", phone="+12125550100", stage="loyal")
        gift = add_order(session, carla, first_name="C.", last_name="", email="", locale="es", phone="")
        add_order(session, carla)

        person, view = read_customers(session, [carla])[carla], read_orders(session, [gift], RIGA)[gift]

    known = Customer("Carla", "Diaz", "carla@example.com", "+12125550100", "en", 2, Stage.LOYAL)
    assert customer_value(person, None) == known
    assert customer_value(person, view) == Customer("C.", "Diaz", "", "", "es", 2, Stage.LOYAL)


def test_nobody_is_found_where_nobody_is(database: Database) -> None:
    with database.session() as session:
        add_order(session, add_customer(session))

        orders, people = read_orders(session, [77], RIGA), read_customers(session, [77])

    assert not orders and not people
    assert not read_orders(session, [], RIGA) and not read_customers(session, [])
