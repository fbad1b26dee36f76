"""The whole house for tests: a real shop database, the daemon's own ticks, real e-mail, a standing clock."""

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from paldies.bootstrap.app import App
from paldies.bootstrap.building import build
from paldies.clock import SteppedClock
from paldies.configuration import load
from paldies.daemon import Daemon
from paldies.orders.shops.base import Shop
from paldies.orders.watched import WatchedShop
from paldies.orders.watcher import Watcher
from paldies.outbox.agenda import next_look
from paldies.reports.as_json import to_json
from paldies.reports.why import explain
from paldies.templates.bundled import bundled_templates
from tests.newest_schema import newest_schema

MORNING = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)  # a Tuesday, ten o'clock in Riga
SENDER = "Anna <anna@berzs.example>"
COLUMNS = (
    "id number status currency total placed_at updated_at payment_method tags customer_id email phone"
    " first_name last_name company locale time_zone country region city postal_code address todo todo_by"
).split()
LINES = "SELECT order_id, sku, name, quantity, price FROM line WHERE order_id IN :order_ids"
CAMPAIGN = """
title = "The right choice"
trigger = "order.confirmed"
stop_on = ["order.cancelled", "order.refunded"]

[[steps]]
name = "1_right_choice"
after = "20m"
channels = ["email"]
purpose = "service"
expires = "12h"
"""


@dataclass(frozen=True)
class ShopDatabase:
    """A shop's own database, as its programs write to it."""

    path: Path

    def create(self) -> None:
        self._run(f"CREATE TABLE sale ({', '.join(COLUMNS)})")
        self._run("CREATE TABLE line (order_id, sku, name, quantity, price)")

    def order(
        self, order_id: Any, *, at: datetime, lines: Sequence[tuple[Any, ...]] = (), **said: Any
    ) -> None:
        """A paid order; `lines` are sku, name, quantity, price."""
        when = f"{at:%Y-%m-%d %H:%M:%S}"
        row = {
            "id": order_id, "number": f"N-{order_id}", "status": "paid", "currency": "EUR", "total": 59.9,
            "placed_at": when, "updated_at": when,
            "email": f"{str(order_id).replace(' ', '.')}@example.com", **said,
        }  # fmt: skip
        names = ", ".join(row)
        self._run(f"INSERT INTO sale ({names}) VALUES ({', '.join('?' * len(row))})", *row.values())
        for line in lines:
            self._run("INSERT INTO line VALUES (?, ?, ?, ?, ?)", order_id, *line)

    def _run(self, statement: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement, values)


def shop_toml(name: str, *, query: str = "", more: str = "") -> str:
    """A [[shops]] of kind sql, on `<name>.db` beside paldies.toml."""
    query = query or f"SELECT {', '.join(COLUMNS)} FROM sale WHERE updated_at >= :since"
    return (
        f'[[shops]]\nname = "{name}"\nkind = "sql"\nurl = "sqlite:///{name}.db"\n'
        f'query = """{query}"""\nlines_query = """{LINES}"""\n{more}\n'
    )


def paldies_toml(smtp: str, *shops: str, locale: str = "en", main: str = "") -> str:
    return (
        f'[paldies]\nmode = "live"\ntime_zone = "Europe/Riga"\nlocale = "{locale}"\n{main}\n'
        '[shop]\nname = "Bērzs & Co"\nemail = "hello@berzs.example"\nphone = "+371 20000000"\n'
        + "".join(shops)
        + f'[email]\nurl = "{smtp}"\nfrom = "{SENDER}"\nrate = "1000/s"\nconnections = 4\n'
        "[web]\nport = 0\n"
    )


def furnish(folder: Path, *, smtp: str, text: str, campaign: str = CAMPAIGN, **more: str) -> ShopDatabase:
    """A folder with paldies.toml, one campaign of one e-mail, and a shop without orders; `more` as there."""
    templates = folder / "message_templates"
    templates.mkdir()
    for shipped in bundled_templates().iterdir():
        if shipped.is_file():
            shutil.copy(shipped, templates)
    (templates / "hello").mkdir()
    (templates / "hello/campaign.toml").write_text(campaign)
    (templates / "hello/1_right_choice.email.md").write_text(text)
    (folder / "paldies.toml").write_text(paldies_toml(smtp, shop_toml("store"), **more))
    shop = ShopDatabase(folder / "store.db")
    shop.create()
    return shop


@dataclass(frozen=True)
class WholeHouse:
    """The daemon, driven by hand: its ticks run when a test says so, at the moment that a test says."""

    app: App
    daemon: Daemon
    clock: SteppedClock

    @classmethod
    async def opened(cls, folder: Path, *more_shops: Shop, at: datetime = MORNING) -> "WholeHouse":
        """On the paldies.toml of a folder; what the shops hold already is history."""
        if not (database := folder / "paldies.db").exists():
            database.write_bytes(newest_schema())
        clock = SteppedClock(at)
        app = build(load(folder / "paldies.toml", {}), clock=clock)
        watched = [
            WatchedShop(Watcher(app.database, shop, home_zone="Europe/Riga"), poll=timedelta(seconds=15))
            for shop in more_shops
        ]
        app = replace(app, shops=[*watched, *app.shops])
        house = cls(app, Daemon(app), clock)
        await house.daemon.begin()
        await house.tick()
        return house

    async def tick(self, *, after: timedelta = timedelta(0)) -> None:
        """Every tick of the timetable once, and whatever leaves is settled."""
        self.clock.move_to(self.clock.now() + after)
        for tick in self.daemon.timetable():
            await tick.run()
        for dispatcher in self.app.dispatchers:
            await dispatcher.drained()

    async def live(self, days: int = 3) -> None:
        """From one due message to the next, until there are none or the days are over."""
        end = self.clock.now() + timedelta(days=days)
        await self.tick()
        while (due := self.app.database.look(next_look)) and due <= end:
            await self.tick(after=max(due - self.clock.now(), timedelta(seconds=1)))

    def why(self, query: str) -> list[dict[str, Any]]:
        """As `paldies messages why --json` says it."""
        stories = self.app.database.look(
            explain, query, plans=self.app.plans, house=self.app.house, now=self.clock.now()
        )
        return [to_json(story) for story in stories]

    async def close(self) -> None:
        await self.daemon.end(5)
