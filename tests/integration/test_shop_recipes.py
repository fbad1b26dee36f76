"""The sections [[shops]] in docs/connecting-a-shop.md, on the tables that those shops really have."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text

from paldies.bootstrap.shops import make_shop
from paldies.clock import SteppedClock
from paldies.orders.shops.base import Shop
from paldies.orders.shops.columns import COLUMNS, LINE_COLUMNS
from paldies.orders.snapshot import Snapshot, SnapshotLine
from paldies.settings import OrderSource

PAGE = Path(__file__).parents[2] / "docs/connecting-a-shop.md"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

PLAIN = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, phone TEXT, first_name TEXT, last_name TEXT,
    language TEXT, country TEXT, city TEXT, newsletter INTEGER, newsletter_at TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, number TEXT, state TEXT, currency TEXT, total_cents
    INTEGER, refunded_cents INTEGER, created_at TEXT, paid_at TEXT, shipped_at TEXT, updated_at TEXT,
    customer_id INTEGER);
CREATE TABLE order_items (order_id INTEGER, sku TEXT, title TEXT, quantity INTEGER, unit_cents INTEGER);
"""
# As Vendure 3 makes them, but for the columns that a connection has no use for.
VENDURE = """
CREATE TABLE customer ("createdAt" TIMESTAMP NOT NULL DEFAULT now(), "updatedAt" TIMESTAMP NOT NULL
    DEFAULT now(), "deletedAt" TIMESTAMP, title VARCHAR, "firstName" VARCHAR NOT NULL, "lastName"
    VARCHAR NOT NULL, "phoneNumber" VARCHAR, "emailAddress" VARCHAR NOT NULL, id SERIAL PRIMARY KEY,
    "userId" INTEGER);
CREATE TABLE "order" ("createdAt" TIMESTAMP NOT NULL DEFAULT now(), "updatedAt" TIMESTAMP NOT NULL
    DEFAULT now(), type VARCHAR NOT NULL DEFAULT 'Regular', code VARCHAR NOT NULL, state VARCHAR NOT
    NULL, active BOOLEAN NOT NULL DEFAULT true, "orderPlacedAt" TIMESTAMP, "couponCodes" TEXT NOT NULL
    DEFAULT '', "shippingAddress" TEXT NOT NULL, "billingAddress" TEXT NOT NULL DEFAULT '{}',
    "currencyCode" VARCHAR NOT NULL, id SERIAL PRIMARY KEY, "aggregateOrderId" INTEGER, "customerId"
    INTEGER, "taxZoneId" INTEGER, "subTotal" INTEGER NOT NULL DEFAULT 0, "subTotalWithTax" INTEGER NOT
    NULL, shipping INTEGER NOT NULL DEFAULT 0, "shippingWithTax" INTEGER NOT NULL DEFAULT 0);
CREATE TABLE order_line ("quantity" INTEGER NOT NULL, "orderPlacedQuantity" INTEGER NOT NULL DEFAULT 0,
    "listPriceIncludesTax" BOOLEAN NOT NULL DEFAULT true, id SERIAL PRIMARY KEY, "productVariantId"
    INTEGER NOT NULL, "listPrice" INTEGER NOT NULL, "orderId" INTEGER);
CREATE TABLE product_variant (id SERIAL PRIMARY KEY, sku VARCHAR NOT NULL);
CREATE TABLE product_variant_translation ("languageCode" VARCHAR NOT NULL, name VARCHAR NOT NULL, id
    SERIAL PRIMARY KEY, "baseId" INTEGER);
CREATE TABLE payment ("createdAt" TIMESTAMP NOT NULL DEFAULT now(), method VARCHAR NOT NULL, state
    VARCHAR NOT NULL, id SERIAL PRIMARY KEY, amount INTEGER NOT NULL, "orderId" INTEGER);
CREATE TABLE refund ("createdAt" TIMESTAMP NOT NULL DEFAULT now(), method VARCHAR NOT NULL, state
    VARCHAR NOT NULL, id SERIAL PRIMARY KEY, "paymentId" INTEGER NOT NULL, total INTEGER NOT NULL);
CREATE TABLE history_entry ("createdAt" TIMESTAMP NOT NULL DEFAULT now(), type VARCHAR NOT NULL,
    "isPublic" BOOLEAN NOT NULL DEFAULT true, data TEXT NOT NULL, id SERIAL PRIMARY KEY, discriminator
    VARCHAR NOT NULL DEFAULT 'order-history-entry', "orderId" INTEGER);
"""
# As the migrations of django-oscar 4 make them, but for the columns that a connection has no use for.
OSCAR = """
CREATE TABLE auth_user (id INTEGER PRIMARY KEY, email VARCHAR(254), first_name VARCHAR(150), last_name
    VARCHAR(150));
CREATE TABLE order_shippingaddress (id INTEGER PRIMARY KEY, first_name VARCHAR(255), last_name
    VARCHAR(255), line1 VARCHAR(255), line2 VARCHAR(255), line3 VARCHAR(255), line4 VARCHAR(255), state
    VARCHAR(255), postcode VARCHAR(64), phone_number VARCHAR(128), notes TEXT, country_id VARCHAR(2));
CREATE TABLE order_order (id INTEGER PRIMARY KEY, number VARCHAR(128), currency VARCHAR(12),
    total_incl_tax DECIMAL(12, 2), total_excl_tax DECIMAL(12, 2), status VARCHAR(100), guest_email
    VARCHAR(254), date_placed {timestamp}, user_id INTEGER, shipping_address_id INTEGER);
CREATE TABLE order_line (id INTEGER PRIMARY KEY, partner_sku VARCHAR(128), title VARCHAR(255), quantity
    INTEGER, line_price_incl_tax DECIMAL(12, 2), unit_price_incl_tax DECIMAL(12, 2), order_id INTEGER);
CREATE TABLE order_orderstatuschange (id INTEGER PRIMARY KEY, old_status VARCHAR(100), new_status
    VARCHAR(100), date_created {timestamp}, order_id INTEGER);
CREATE TABLE order_shippingeventtype (id INTEGER PRIMARY KEY, name VARCHAR(255), code VARCHAR(128));
CREATE TABLE order_shippingevent (id INTEGER PRIMARY KEY, date_created {timestamp}, event_type_id
    INTEGER, order_id INTEGER);
CREATE TABLE order_paymenteventtype (id INTEGER PRIMARY KEY, name VARCHAR(128), code VARCHAR(128));
CREATE TABLE order_paymentevent (id INTEGER PRIMARY KEY, amount DECIMAL(12, 2), date_created
    {timestamp}, event_type_id INTEGER, order_id INTEGER);
CREATE TABLE payment_sourcetype (id INTEGER PRIMARY KEY, name VARCHAR(128), code VARCHAR(128));
CREATE TABLE payment_source (id INTEGER PRIMARY KEY, currency VARCHAR(12), amount_refunded DECIMAL(12,
    2), order_id INTEGER, source_type_id INTEGER);
CREATE TABLE payment_transaction (id INTEGER PRIMARY KEY, txn_type VARCHAR(128), amount DECIMAL(12, 2),
    date_created {timestamp}, source_id INTEGER);
"""


def recipe(name: str) -> dict[str, Any]:
    """The section [[shops]] of that name on the page."""
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    shops = [
        shop for block in blocks for shop in tomllib.loads(block).get("shops", []) if isinstance(shop, dict)
    ]
    [found] = [shop for shop in shops if shop.get("name") == name]
    return found


def connect(name: str, url: str) -> Shop:
    return make_shop(OrderSource(**recipe(name) | {"url": url}), SteppedClock(NOON))


@contextmanager
def database(url: str, schema: str) -> Iterator[Connection]:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in filter(str.strip, schema.split(";\n")):
            connection.exec_driver_sql(statement)
        yield connection
    engine.dispose()


def add(connection: Connection, table: str, **values: Any) -> None:
    columns = ", ".join(f'"{name}"' for name in values)
    connection.execute(
        text(f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join(f":{name}" for name in values)})'), values
    )


def watch(shop: Shop, cursor: Mapping[str, Any]) -> tuple[list[Snapshot], dict[str, Any]]:
    """The orders that came, and the cursor to keep."""
    pages = list(shop.poll(dict(cursor)))
    assert not [rejected for page in pages for rejected in page.rejected]
    return [order for page in pages for order in page.snapshots], pages[-1].cursor if pages else dict(cursor)


def test_every_column_that_there_may_be_is_on_the_page() -> None:
    listed = PAGE.read_text("utf-8").partition("## The columns")[2].partition("\n## ")[0]

    assert COLUMNS.keys() | set(LINE_COLUMNS) <= set(re.findall(r"`(\w+)`", listed))


def test_a_plain_table(sqlite_url: str) -> None:
    with database(sqlite_url, PLAIN) as db:
        add(db, "customers", id=7, email="alice@example.com", first_name="Alice", language="lv", country="LV",
            newsletter=1, newsletter_at="2026-01-05 10:00:00")  # fmt: skip
        add(db, "orders", id=1, number="A-1", state="packed", currency="EUR", total_cents=4520,
            refunded_cents=520, created_at="2026-11-22 12:00:00", updated_at="2026-11-22 12:30:00",
            customer_id=7)  # fmt: skip
        add(db, "order_items", order_id=1, sku="MUG", title="Mug", quantity=2, unit_cents=2000)
        shop = connect("plain", sqlite_url)

        [order], cursor = watch(shop, {})
        again, _ = watch(shop, cursor)

    assert (order.number, order.status, order.total, order.refunded_total) == ("A-1", "paid", 4520, 520)
    assert order.placed_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert (order.email, order.locale, order.accepts_email) == ("alice@example.com", "lv", True)
    assert order.lines == (SnapshotLine("MUG", "Mug", Decimal(2), 2000),)
    assert again == []


def test_vendure(postgres_url: str) -> None:
    address = '{"fullName":"Boris","streetLine1":"Svetlanskaya 1","city":"Vladivostok","countryCode":"RU"}'
    with database(postgres_url, VENDURE) as db:
        add(
            db,
            "customer",
            firstName="Boris",
            lastName="Ivanov",
            phoneNumber="",
            emailAddress="boris@example.com",
        )
        for code, placed, kind in (
            ("CART", None, "Regular"),
            ("V1", "10:00", "Regular"),
            ("PART", "10:00", "Seller"),
        ):
            add(db, "order", code=code, state="PaymentSettled", type=kind, currencyCode="EUR", customerId=1,
                subTotalWithTax=4000, shippingWithTax=520, shippingAddress=address,
                orderPlacedAt=placed and f"2026-11-22 {placed}", updatedAt="2026-11-22 10:01")  # fmt: skip
        add(db, "history_entry", orderId=2, type="ORDER_STATE_TRANSITION", createdAt="2026-11-22 10:00:30",
            data='{"from":"ArrangingPayment","to":"PaymentSettled"}')  # fmt: skip
        add(db, "payment", orderId=2, method="stripe", state="Settled", amount=4520)
        add(db, "product_variant", sku="MUG")
        add(db, "product_variant_translation", baseId=1, languageCode="en", name="Mug")
        add(db, "product_variant_translation", baseId=1, languageCode="lv", name="Krūze")
        add(
            db, "order_line", orderId=2, productVariantId=1, quantity=2, orderPlacedQuantity=2, listPrice=2000
        )
        shop = connect("vendure", postgres_url)
        first, cursor = watch(shop, {})

        db.execute(text("""UPDATE "order" SET state = 'Shipped'"""))  # and updatedAt stays
        add(db, "history_entry", orderId=2, type="ORDER_STATE_TRANSITION", createdAt="2026-11-22 11:30",
            data='{"from":"PaymentSettled","to":"Shipped"}')  # fmt: skip
        add(db, "refund", paymentId=1, method="stripe", state="Settled", total=520)
        add(db, "refund", paymentId=1, method="stripe", state="Pending", total=100)
        [changed], cursor = watch(shop, cursor)
        [rescanned] = [order for page in shop.rescan(["2"]) for order in page.snapshots]

    [order] = first
    assert (order.number, order.status, order.total, order.currency) == ("V1", "paid", 4520, "EUR")
    assert order.paid_at == datetime(2026, 11, 22, 10, 0, 30, tzinfo=UTC)
    assert (order.email, order.first_name, order.country) == ("boris@example.com", "Boris", "RU")
    assert (order.city, order.payment_method) == ("Vladivostok", "stripe")
    assert order.lines == (SnapshotLine("MUG", "Mug", Decimal(2), 2000),)
    assert (changed.status, changed.refunded_total) == ("shipped", 520)
    assert changed.shipped_at == datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
    assert rescanned == changed


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_django_oscar(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
    zone = "" if kind == "sqlite" else "+00"  # Django writes UTC, and SQLite has no zones
    timestamp = "datetime" if kind == "sqlite" else "timestamp with time zone"
    with database(url, OSCAR.format(timestamp=timestamp)) as db:
        add(db, "auth_user", id=5, email="carla@example.com", first_name="", last_name="Diaz")
        add(db, "order_shippingaddress", id=3, first_name="Carla", last_name="D.", line1="5 Elm St",
            line4="New York", state="NY", postcode="10001", phone_number="+12125550142",
            country_id="US")  # fmt: skip
        add(db, "order_order", id=1, number="100001", currency="USD", total_incl_tax=59.9, status="Pending",
            guest_email="", date_placed=f"2026-11-22 10:00:00.123456{zone}", user_id=5,
            shipping_address_id=3)  # fmt: skip
        add(db, "order_order", id=2, number="100002", currency="USD", total_incl_tax=5,
            status="Being processed", guest_email="alice@example.com",
            date_placed=f"2026-11-22 10:05:00{zone}")  # fmt: skip
        for order_id in (1, 2):
            add(db, "order_line", id=order_id, partner_sku="LAMP", title="Lamp", quantity=2,
                line_price_incl_tax=59.9, order_id=order_id)  # fmt: skip
        add(db, "payment_sourcetype", id=1, name="Card", code="card")
        add(db, "payment_source", id=1, currency="USD", amount_refunded=0, order_id=1, source_type_id=1)
        add(db, "order_shippingeventtype", id=1, name="Shipped", code="shipped")
        add(db, "order_paymenteventtype", id=1, name="Paid", code="paid")
        shop = connect("oscar", url)
        first, cursor = watch(shop, {})

        db.execute(text("UPDATE order_order SET status = 'Complete' WHERE id = 1"))
        add(db, "order_orderstatuschange", id=1, order_id=1, date_created=f"2026-11-22 11:00:00{zone}")
        for table, at in (("order_paymentevent", "10:30"), ("order_shippingevent", "11:00")):
            add(db, table, id=1, order_id=1, event_type_id=1, date_created=f"2026-11-22 {at}:00{zone}")
        [sent], cursor = watch(shop, cursor)
        db.execute(text("UPDATE payment_source SET amount_refunded = 9.9"))
        add(db, "payment_transaction", id=1, source_id=1, txn_type="Refund", amount=9.9,
            date_created=f"2026-11-22 11:40:00{zone}")  # fmt: skip
        [refunded], _ = watch(shop, cursor)

    orders = {order.number: order for order in first}
    carla, guest = orders["100001"], orders["100002"]
    assert (carla.status, carla.total, carla.refunded_total) == ("pending", 5990, 0)
    assert (carla.email, carla.first_name, carla.last_name) == ("carla@example.com", "Carla", "Diaz")
    assert (carla.country, carla.region, carla.city) == ("US", "NY", "New York")
    assert carla.payment_method == "Card"
    assert carla.lines == (SnapshotLine("LAMP", "Lamp", Decimal(2), 2995),)
    assert (guest.email, guest.status, guest.customer_id) == ("alice@example.com", "paid", "")
    assert (sent.status, sent.shipped_at) == ("shipped", datetime(2026, 11, 22, 11, tzinfo=UTC))
    assert sent.paid_at == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    assert refunded.refunded_total == 990


@pytest.mark.parametrize("name", ["woo", "lamps", "files"])
def test_the_other_sections_take_only_settings_that_exist(name: str) -> None:
    secrets = {"woo": {"key": "ck_1", "secret": "cs_1"}, "lamps": {"token": "shpat_1"}}

    shop = make_shop(OrderSource(**recipe(name) | secrets.get(name, {})))

    assert shop.name == name
    shop.close()
