"""A shop with so many orders, and a house in which the first message about each of them is due."""

import shutil
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from paldies.bootstrap.app import App
from paldies.bootstrap.building import build
from paldies.channels.base import Channel
from paldies.clock import SteppedClock
from paldies.configuration import load
from paldies.daemon import Daemon
from paldies.templates.bundled import bundled_templates

_CAMPAIGN = """
title = "The right choice"
trigger = "order.confirmed"
[[steps]]
name = "1_right_choice"
after = "20m"
channels = ["email"]
purpose = "service"
"""
_CONFIGURATION = """
[paldies]
mode = "live"
state_dir = "riga"
{database}
[shop]
name = "Bērzs & Co"
email = "hello@berzs.example"
phone = "+371 2000 0000"
address = "Tērbatas iela 14, Rīga"
[[shops]]
name = "store"
kind = "sql"
url = "sqlite:///shop.db"
query = '''SELECT id, mail AS email, first_name, placed_at, placed_at AS updated_at, 'paid' AS status,
  total, 'EUR' AS currency, 'en' AS locale, 'LV' AS country FROM sale WHERE placed_at >= :since'''
lines_query = '''SELECT sale_id AS order_id, sku, name, quantity, price FROM line
  WHERE sale_id IN :order_ids'''
[email]
url = "{smtp}"
from = "Anna <anna@berzs.example>"
rate = "{rate}"
connections = {connections}
[web]
port = {port}
"""
_SALE = "CREATE TABLE sale (id INTEGER PRIMARY KEY, mail, first_name, placed_at, total)"
_LINE = "CREATE TABLE line (sale_id, sku, name, quantity, price)"
_LINES = (("TK-04", "Linen tea towel, grey", 4, 9.6), ("BL-11", "Birch board", 1, 48.0))
_A_SECOND = timedelta(seconds=1)
_UNTIL_DUE = timedelta(minutes=21)  # from the moment that a shop is first watched


@dataclass(frozen=True, slots=True)
class Stocked:
    """`clock` stands where all messages have just become due; seconds that it took to come there."""

    app: App
    daemon: Daemon
    clock: SteppedClock
    watch_s: float
    plan_s: float


def furnish(
    folder: Path,
    smtp: str,
    *,
    database: str = "",
    rate: str = "100000/s",
    connections: int = 16,
    port: int = 0,
    more: str = "",
) -> Path:
    """paldies.toml, one campaign of one e-mail of some 10 KB, and a shop without orders."""
    configuration = folder / "paldies.toml"
    where = f'database = "{database}"' if database else ""
    text = _CONFIGURATION.format(smtp=smtp, database=where, rate=rate, connections=connections, port=port)
    configuration.write_text(text + more, encoding="utf-8")
    templates = folder / "message_templates"
    other = ("[2-9]_*", "getting_started", "listening")
    shutil.copytree(bundled_templates(), templates, ignore=shutil.ignore_patterns(*other))
    (templates / "first_day" / "campaign.toml").write_text(_CAMPAIGN, encoding="utf-8")
    with closing(sqlite3.connect(folder / "shop.db")) as shop:
        shop.execute(_SALE)
        shop.execute(_LINE)
    return configuration


async def stock(folder: Path, orders: int, *, channels: Sequence[Channel] | None = None) -> Stocked:
    """Reads them from the shop, and plans: the messages have come due this minute, by the machine's clock."""
    clock = SteppedClock(datetime.now(UTC).replace(microsecond=0) - _UNTIL_DUE)
    app, daemon = await opened(folder, clock, channels=channels)
    await daemon.watch(app.shops[0])
    clock.move_to(clock.now() + _A_SECOND)
    _sell(folder / "shop.db", orders, clock.now())
    clock.move_to(clock.now() + timedelta(minutes=1) - _A_SECOND)
    started = time.perf_counter()
    await daemon.watch(app.shops[0])
    watched = time.perf_counter()
    await daemon.plan()
    planned = time.perf_counter()
    clock.move_to(clock.now() + timedelta(minutes=20))
    # as the daemon does before it sends: the shop is asked whether the orders still stand
    await daemon.watch(app.shops[0])
    await daemon.plan()
    return Stocked(app, daemon, clock, watched - started, planned - watched)


async def stock_and_leave(folder: Path, orders: int) -> None:
    """For a process of its own to send."""
    stocked = await stock(folder, orders)
    await stocked.daemon.end(5)


async def opened(
    folder: Path, clock: SteppedClock, *, channels: Sequence[Channel] | None = None
) -> tuple[App, Daemon]:
    app = build(load(folder / "paldies.toml", {}), clock=clock, channels=channels)
    daemon = Daemon(app)
    await daemon.begin()
    return app, daemon


def _sell(path: Path, orders: int, at: datetime) -> None:
    placed = f"{at:%Y-%m-%d %H:%M:%S}"
    with closing(sqlite3.connect(path)) as shop, shop:
        shop.executemany(
            "INSERT INTO sale VALUES (?, ?, ?, ?, 86.4)",
            ((n, f"customer{n}@example.com", f"Name{n}", placed) for n in range(orders)),
        )
        shop.executemany(
            "INSERT INTO line VALUES (?, ?, ?, ?, ?)",
            ((n, *line) for n in range(orders) for line in _LINES),
        )
