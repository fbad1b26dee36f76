"""What happens to an order in a web shop becomes events, each once and at its time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from paldies.clock import SteppedClock
from paldies.orders.shops.base import Shop
from paldies.orders.shops.shopify.shop import ShopifyShop
from paldies.orders.shops.woocommerce.shop import WooCommerceShop
from paldies.orders.watcher import Watcher
from paldies.store import schema
from paldies.store.database import Database
from tests.factories import NEW_YORK, RIGA
from tests.shopify_server import TOKEN, ShopifyServer, parcel, refund, shopify_order
from tests.woocommerce_server import KEY, SECRET, WooCommerceServer, woo_order

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class House:
    """Watches one shop, and moves on hour by hour."""

    def __init__(self, database: Database, shop: Shop, clock: SteppedClock, *, zone: str) -> None:
        self.database = database
        self.clock = clock
        self.watcher = Watcher(database, shop, home_zone=zone)
        self.look()

    def look(self) -> None:
        self.watcher.watch(self.clock.now())

    def an_hour_later(self) -> datetime:
        self.clock.move_to(self.clock.now() + HOUR)
        return self.clock.now()

    @property
    def events(self) -> list[tuple[str, int, datetime, int]]:
        """Kind, ordinal, time and sum."""
        table = schema.order_events
        rows = self.database.look(lambda session: session.execute(select(table).order_by(table.c.id)).all())
        return [(row.kind, row.ordinal, row.happened_at, row.amount) for row in rows]


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOON)


def test_the_life_of_an_order_in_woocommerce(database: Database, clock: SteppedClock) -> None:
    with WooCommerceServer() as server:
        shop = WooCommerceShop("woo", url=server.url, key=KEY, secret=SECRET, clock=clock)
        house = House(database, shop, clock, zone=RIGA)

        paid = house.an_hour_later()
        server.put(woo_order(1, at=paid))
        house.look()
        house.look()
        back = house.an_hour_later()
        part = [{"id": 9, "reason": "", "total": "-5.20"}]
        unchanged = {
            "date_created_gmt": f"{NOON:%Y-%m-%dT%H:%M:%S}",
            "date_paid_gmt": f"{NOON:%Y-%m-%dT%H:%M:%S}",
        }
        server.put(woo_order(1, at=back, refunds=part, **unchanged))
        house.look()
        sent = house.an_hour_later()
        server.put(woo_order(1, at=sent, status="completed", refunds=part, **unchanged))
        house.look()

    assert [(kind, ordinal, amount) for kind, ordinal, _, amount in house.events] == [
        ("order.placed", 1, 0),
        ("order.confirmed", 1, 0),
        ("order.paid", 1, 0),
        ("order.part_refunded", 1, 520),
        ("order.shipped", 1, 0),
    ]
    times = {kind: at for kind, _, at, _ in house.events}
    assert (times["order.paid"], times["order.part_refunded"], times["order.shipped"]) == (NOON, back, sent)


def test_the_life_of_an_order_in_shopify(database: Database, clock: SteppedClock) -> None:
    with ShopifyServer() as server:
        shop = ShopifyShop("lamps", url=server.url, token=TOKEN, clock=clock)
        house = House(database, shop, clock, zone=NEW_YORK)

        placed = house.an_hour_later()
        server.put(shopify_order(1, at=placed))
        house.look()
        times = {name: server.orders[1][name] for name in ("created_at", "processed_at")}
        first = house.an_hour_later()
        server.put(
            shopify_order(1, at=first, fulfillment_status="partial", fulfillments=[parcel(first)], **times)
        )
        house.look()
        second = house.an_hour_later()
        parcels = [parcel(first, shipment_status="delivered"), parcel(second, shipment_status="in_transit")]
        sent = {"fulfillment_status": "fulfilled", "fulfillments": parcels, **times}
        server.put(shopify_order(1, at=second, **sent))
        house.look()
        third = house.an_hour_later()
        money = {"financial_status": "partially_refunded", "refunds": [refund("9.90", third)]}
        server.put(shopify_order(1, at=third, **sent, **money))
        house.look()
        house.look()

    assert house.events == [
        ("order.placed", 1, NOON, 0),
        ("order.confirmed", 1, NOON, 0),
        ("order.paid", 1, NOON, 0),
        ("order.part_shipped", 1, first, 0),
        ("order.shipped", 1, second, 0),
        ("order.part_refunded", 1, third, 990),
    ]


def test_orders_from_before_the_first_poll_are_history(database: Database, clock: SteppedClock) -> None:
    with WooCommerceServer(
        woo_order(1, at=NOON - HOUR), woo_order(2, at=NOON - HOUR, status="cancelled")
    ) as server:
        shop = WooCommerceShop("woo", url=server.url, key=KEY, secret=SECRET, clock=clock)
        House(database, shop, clock, zone=RIGA)

    table = schema.order_events
    rows = database.look(lambda session: session.execute(select(table.c.kind, table.c.is_history)).all())
    assert len(rows) == 5
    assert all(row.is_history for row in rows)
