"""paldies: reads orders from a shop, plans them, and drains what is due; prints its figures as JSON.

Usage: python -m tests.benchmarks.drain FOLDER ORDERS SMTP_URL [--mails FILE.jsonl] [--database URL]
With a file, the mails are written there and nothing is sent. The database is a new SQLite file, or an empty
one of PostgreSQL's.
"""

import argparse
import gc
import json
import resource
import shutil
import sqlite3
import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import uvloop

from paldies import logs
from paldies.bootstrap import build
from paldies.channels import TRAITS
from paldies.channels.base import Channel, Outgoing, Receipt, Rendered
from paldies.clock import SteppedClock
from paldies.configuration import load
from paldies.daemon import Daemon
from paldies.templates.bundled import bundled_templates

CAMPAIGN = """
title = "The right choice"
trigger = "order.confirmed"
[[steps]]
name = "1_right_choice"
after = "20m"
channels = ["email"]
purpose = "service"
"""
CONFIGURATION = """
[paldies]
mode = "live"
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
rate = "100000/s"
"""


class Writing:
    """Keeps each mail as a line of JSON, for the other contestant to send."""

    traits = TRAITS["email"]
    concurrency = 1

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def price(self, rendered: Rendered) -> Decimal:
        return Decimal(0)

    async def send(self, message: Outgoing) -> Receipt:
        rendered = asdict(message.rendered)
        fields = {name: rendered[name] for name in ("to", "to_name", "subject", "text", "html")}
        self._file.write(json.dumps(fields | {"from": message.rendered.letterhead.sender}) + "\n")
        return Receipt("written")

    async def probe(self) -> None: ...

    async def close(self) -> None:
        self._file.close()


async def main(
    folder: Path, orders: int, smtp: str, mails: Path | None, *, database: str = ""
) -> dict[str, float]:
    configuration = folder / "paldies.toml"
    where = f'database = "{database}"' if database else ""
    configuration.write_text(CONFIGURATION.format(smtp=smtp, database=where), encoding="utf-8")
    templates = folder / "message_templates"
    other = ("[2-9]_*", "getting_started", "listening")
    shutil.copytree(bundled_templates(), templates, ignore=shutil.ignore_patterns(*other))
    (templates / "first_day" / "campaign.toml").write_text(CAMPAIGN, encoding="utf-8")
    clock = SteppedClock(datetime.now(UTC).replace(microsecond=0))
    shop = sqlite3.connect(folder / "shop.db")
    shop.execute("CREATE TABLE sale (id INTEGER PRIMARY KEY, mail, first_name, placed_at, total)")
    shop.execute("CREATE TABLE line (sale_id, sku, name, quantity, price)")
    channels: list[Channel] | None = [Writing(mails)] if mails else None
    app = build(load(configuration, {}), clock=clock, channels=channels)
    daemon = Daemon(app)
    await daemon.begin()
    await daemon.watch(app.shops[0])
    clock.move_to(clock.now() + timedelta(seconds=1))
    placed = f"{clock.now():%Y-%m-%d %H:%M:%S}"
    shop.executemany(
        "INSERT INTO sale VALUES (?, ?, ?, ?, 86.4)",
        ((n, f"customer{n}@example.com", f"Name{n}", placed) for n in range(orders)),
    )
    shop.executemany(
        "INSERT INTO line VALUES (?, ?, ?, ?, ?)",
        (
            line
            for n in range(orders)
            for line in ((n, "TK-04", "Linen tea towel, grey", 4, 9.6), (n, "BL-11", "Birch board", 1, 48.0))
        ),
    )
    shop.commit()
    clock.move_to(clock.now() + timedelta(minutes=1))
    started = time.perf_counter()
    await daemon.watch(app.shops[0])
    watched = time.perf_counter()
    await daemon.plan()
    planned = time.perf_counter()
    clock.move_to(clock.now() + timedelta(minutes=20))
    await _watch_quietly(daemon)
    gc.freeze()  # as `paldies run` does once it has begun
    begun, busy = time.perf_counter(), time.process_time()
    for dispatcher in app.dispatchers:
        await dispatcher.dispatch()
        await dispatcher.drained()
    drained, busy = time.perf_counter(), time.process_time() - busy
    sent = app.database.look(
        lambda session: (
            session.connection()
            .exec_driver_sql("SELECT count(*) FROM messages WHERE status = 'sent'")
            .scalar_one()
        )
    )
    await daemon.end(5)
    return {
        "orders": orders,
        "sent": sent,
        "watch_s": watched - started,
        "plan_s": planned - watched,
        "drain_s": drained - begun,
        "drain_cpu_s": busy,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


async def _watch_quietly(daemon: Daemon) -> None:
    """As the daemon does before it sends: the shop is asked whether the orders still stand."""
    for shop in daemon.app.shops:
        await daemon.watch(shop)
    await daemon.plan()


if __name__ == "__main__":
    logs.configure(level=40)
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("orders", type=int)
    parser.add_argument("smtp")
    parser.add_argument("--mails", type=Path)
    parser.add_argument("--database", default="")
    told = parser.parse_args()
    figures = main(told.folder, told.orders, told.smtp, told.mails, database=told.database)
    print(json.dumps(uvloop.run(figures)))
