"""A shop under watch: whoever waits for a long look hears how far it has come."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from structlog.testing import capture_logs

from paldies.orders.shops.base import Page
from paldies.orders.snapshot import Snapshot
from paldies.orders.watched import WatchedShop
from paldies.orders.watcher import Watcher
from paldies.store.database import Database
from paldies.store.schema import orders
from tests.factories import NOON
from tests.fakes import FakeShop


class Long(FakeShop):
    """Tells one order, and goes on once it is let go."""

    def __init__(self) -> None:
        super().__init__("long", page_size=1)
        self.put(Snapshot("1", email="alice@example.com"), Snapshot("2", email="boris@example.com"))
        self.has_been_heard = threading.Event()
        self.let_go = threading.Event()

    def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
        for page in super().poll(cursor):
            yield page
            self.has_been_heard.set()
            assert self.let_go.wait(60)


async def test_a_long_look_is_no_failure_and_says_how_far_it_has_come(database: Database) -> None:
    shop = Long()
    watched = watching(shop, database, speaks_every=0.01)

    with capture_logs() as said:
        look = asyncio.create_task(watched.watch(NOON))
        assert await asyncio.to_thread(shop.has_been_heard.wait, 60)
        await watched.ask(NOON, patience=0.01)
        shop.let_go.set()
        await look

    progress = [line["orders"] for line in said if line["event"] == "a shop is still being read"]
    assert 1 in progress
    assert {line["log_level"] for line in said} == {"info"}


async def test_a_shop_that_retires_keeps_what_it_has_and_is_read_on_after_the_next_start(
    database: Database,
) -> None:
    shop = Long()
    watched = watching(shop, database)

    with capture_logs() as said:
        look = asyncio.create_task(watched.watch(NOON))
        assert await asyncio.to_thread(shop.has_been_heard.wait, 60)
        watched.retire()
        shop.let_go.set()
        await look
    kept = orders_in(database)
    await watching(shop, database).watch(NOON)

    assert [line["event"] for line in said] == ["a shop is read on after the next start"]
    assert (kept, orders_in(database)) == (["1"], ["1", "2"])


def watching(shop: FakeShop, database: Database, *, speaks_every: float = 30.0) -> WatchedShop:
    watcher = Watcher(database, shop, home_zone="Europe/Riga")
    return WatchedShop(watcher, poll=timedelta(minutes=1), speaks_every=speaks_every)


def orders_in(database: Database) -> list[str]:
    wanted = select(orders.c.external_id).order_by(orders.c.external_id)
    return database.look(lambda session: list(session.scalars(wanted)))
