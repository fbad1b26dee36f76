"""What every shop does, whatever its kind: one test for all, and for the fake that others are tested with."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import Engine, create_engine, text

from paldies.clock import SteppedClock
from paldies.orders.shops import SHOPS
from paldies.orders.shops.base import Page, Shop, ShopError
from paldies.orders.snapshot import Snapshot
from tests.fakes import FakeShop
from tests.shopify_server import TOKEN, ShopifyServer, parcel, shopify_order
from tests.woocommerce_server import KEY, SECRET, WooCommerceServer, woo_order

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ALICE, BORIS, CARLA, NOBODY = "101", "102", "103", "999"  # orders: some shops know numbers only


class Seller(Protocol):
    """Sells at a shop, and lets us look."""

    keeps_present_state: bool

    def open(self) -> Shop: ...
    def sell(self, *ids: str, status: str = "paid", at: datetime = NOON) -> None: ...
    def break_down(self) -> None: ...


class FakeSeller:
    keeps_present_state = True

    def __init__(self) -> None:
        self.shop = FakeShop()

    def open(self) -> Shop:
        return self.shop

    def sell(self, *ids: str, status: str = "paid", at: datetime = NOON) -> None:
        for id in ids:
            if status == "lost in space":
                self.shop.spoil(id, f"status: {status!r} is not known")
            else:
                self.shop.put(Snapshot(id=id, status=status, updated_at=at))  # type: ignore[arg-type]

    def break_down(self) -> None:
        self.shop.is_down = True


class FolderSeller:
    keeps_present_state = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir()
        self.count = 0

    def open(self) -> Shop:
        return SHOPS["folder"]("store", path=self.folder, clock=SteppedClock(NOON))

    def sell(self, *ids: str, status: str = "paid", at: datetime = NOON) -> None:
        self.count += 1
        rows = [f"{id},{status},{at.isoformat()}" for id in ids]
        file = self.folder / f"orders-{self.count}.csv"
        file.write_text("\n".join(["id,status,updated_at", *rows, ""]))
        written_at = NOON.timestamp() - 1000 + self.count
        os.utime(file, (written_at, written_at))

    def break_down(self) -> None:
        self.folder.rename(self.folder.with_name("moved away"))


class SqlSeller:
    keeps_present_state = True

    def __init__(self, url: str, engine: Engine) -> None:
        self.url = url
        self.engine = engine
        self._do("CREATE TABLE purchase (nr VARCHAR(20) PRIMARY KEY, state VARCHAR(20), changed TIMESTAMP)")

    def open(self) -> Shop:
        query = (
            "SELECT nr AS id, state AS status, changed AS updated_at FROM purchase WHERE changed >= :since"
        )
        return SHOPS["sql"]("store", url=self.url, query=query, clock=SteppedClock(NOON + timedelta(days=1)))

    def sell(self, *ids: str, status: str = "paid", at: datetime = NOON) -> None:
        rows = [{"nr": id, "state": status, "changed": f"{at:%Y-%m-%d %H:%M:%S}"} for id in ids]
        self._do("DELETE FROM purchase WHERE nr = :nr", [{"nr": id} for id in ids])
        self._do(f"INSERT INTO purchase VALUES (:nr, :state, {self._timestamp})", rows)

    def break_down(self) -> None:
        self._do("ALTER TABLE purchase RENAME TO elsewhere")

    @property
    def _timestamp(self) -> str:
        return ":changed" if self.engine.dialect.name == "sqlite" else "CAST(:changed AS TIMESTAMP)"

    def _do(self, statement: str, rows: list[dict[str, Any]] | None = None) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), rows)


class WooCommerceSeller:
    keeps_present_state = True

    def __init__(self, server: WooCommerceServer) -> None:
        self.server = server

    def open(self) -> Shop:
        clock = SteppedClock(NOON + timedelta(days=1))
        return SHOPS["woocommerce"]("store", url=self.server.url, key=KEY, secret=SECRET, clock=clock)

    def sell(self, *ids: str, status: str = "paid", at: datetime = NOON) -> None:
        theirs = {"paid": "processing", "shipped": "completed"}.get(status, status)
        self.server.put(*(woo_order(int(id), at=at, status=theirs) for id in ids))

    def break_down(self) -> None:
        self.server.stop()


class ShopifySeller:
    keeps_present_state = True

    def __init__(self, server: ShopifyServer) -> None:
        self.server = server

    def open(self) -> Shop:
        clock = SteppedClock(NOON + timedelta(days=1))
        return SHOPS["shopify"]("store", url=self.server.url, token=TOKEN, clock=clock)

    def sell(self, *ids: str, status: str = "paid", at: datetime = NOON) -> None:
        changes: dict[str, Any] = {"financial_status": status}
        if status in ("shipped", "delivered"):
            sent = parcel(at, shipment_status=status if status == "delivered" else None)
            changes = {"fulfillment_status": "fulfilled", "fulfillments": [sent]}
        self.server.put(*(shopify_order(int(id), at=at, **changes) for id in ids))

    def break_down(self) -> None:
        self.server.stop()


@pytest.fixture(params=["fake", "folder", "sqlite", "postgresql", "woocommerce", "shopify"])
def seller(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Seller]:
    if request.param == "fake":
        yield FakeSeller()
    elif request.param == "folder":
        yield FolderSeller(tmp_path / "drop")
    elif request.param == "woocommerce":
        with WooCommerceServer() as woocommerce:
            yield WooCommerceSeller(woocommerce)
    elif request.param == "shopify":
        with ShopifyServer() as shopify:
            yield ShopifySeller(shopify)
    else:
        url = f"sqlite:///{tmp_path}/shop.db"
        if request.param == "postgresql":
            url = request.getfixturevalue("postgres_url")
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        yield SqlSeller(url, engine)
        engine.dispose()


def watch(shop: Shop, cursor: dict[str, Any]) -> tuple[list[Snapshot], dict[str, Any], list[Page]]:
    """Stores every page, as the watcher does: what came, the cursor to keep, the pages."""
    pages = list(shop.poll(cursor))
    orders = [order for page in pages for order in page.snapshots]
    return orders, (pages[-1].cursor if pages else cursor), pages


def test_a_new_order_is_told_once(seller: Seller) -> None:
    shop = seller.open()
    seller.sell(ALICE)

    first, cursor, _ = watch(shop, {})
    second, cursor, _ = watch(shop, cursor)

    assert [order.id for order in first] == [ALICE]
    assert second == []


def test_a_shop_without_orders_tells_of_none(seller: Seller) -> None:
    orders, _, _ = watch(seller.open(), {})

    assert orders == []


def test_an_order_that_changes_is_told_again(seller: Seller) -> None:
    shop = seller.open()
    seller.sell(ALICE, BORIS)
    _, cursor, _ = watch(shop, {})

    seller.sell(BORIS, status="shipped", at=NOON + timedelta(hours=1))
    orders, _, _ = watch(shop, cursor)

    assert [(order.id, order.status) for order in orders] == [(BORIS, "shipped")]


def test_a_cursor_survives_json_and_a_restart(seller: Seller) -> None:
    seller.sell(ALICE)
    _, cursor, _ = watch(seller.open(), {})

    seller.sell(CARLA, at=NOON + timedelta(minutes=1))
    orders, _, _ = watch(seller.open(), json.loads(json.dumps(cursor)))

    assert CARLA in [order.id for order in orders]


def test_a_page_that_was_not_stored_is_told_again(seller: Seller) -> None:
    shop = seller.open()
    seller.sell(ALICE)

    for page in shop.poll({}):  # the power goes before it is stored
        assert page.snapshots
        break
    orders, _, _ = watch(shop, {})

    assert [order.id for order in orders] == [ALICE]


def test_no_cursor_is_ahead_of_its_page(seller: Seller) -> None:
    seller.sell(*map(str, range(1, 1201)))
    pages = list(seller.open().poll({}))

    kept = [order.id for order in pages[0].snapshots]
    after, _, _ = watch(seller.open(), pages[0].cursor)

    assert len(pages) > 1
    assert {order.id for order in after} | set(kept) == set(map(str, range(1, 1201)))


def test_a_bad_row_does_not_stop_the_rest(seller: Seller) -> None:
    seller.sell(ALICE)
    seller.sell(BORIS, status="lost in space")
    seller.sell(CARLA)

    orders, _, pages = watch(seller.open(), {})

    assert [order.id for order in orders] == [ALICE, CARLA]
    [rejected] = [rejected for page in pages for rejected in page.rejected]
    assert "'lost in space' is not known" in rejected.problem


def test_a_rescan_tells_the_present_state_of_those_asked_for(seller: Seller) -> None:
    shop = seller.open()
    seller.sell(ALICE, BORIS, CARLA, at=NOON - timedelta(days=9))
    seller.sell(BORIS, status="delivered", at=NOON - timedelta(days=9))

    pages = list(shop.rescan([BORIS, CARLA, NOBODY]))

    found = {order.id: order.status for page in pages for order in page.snapshots}
    assert found == ({BORIS: "delivered", CARLA: "paid"} if seller.keeps_present_state else {})


def test_an_inspection_shows_how_a_column_is_understood(seller: Seller) -> None:
    seller.sell(ALICE)

    reports = {report.column: report for report in seller.open().inspect()}

    assert (reports["id"].example, reports["id"].understood, reports["id"].problem) == (
        ALICE,
        ALICE,
        "",
    )


def test_a_shop_that_is_down_says_so_in_one_sentence_that_names_it(seller: Seller) -> None:
    shop = seller.open()
    seller.sell(ALICE)
    seller.break_down()

    with pytest.raises(ShopError, match=r"shop 'store': .+: .+") as caught:
        watch(shop, {})

    assert "\n" not in str(caught.value)


def test_closing_twice_does_no_harm(seller: Seller) -> None:
    shop = seller.open()

    shop.close()
    shop.close()
