"""paldies: reads orders from a shop, plans them, and drains what is due; prints its figures as JSON.

Usage: python -m tests.benchmarks.drain FOLDER ORDERS SMTP_URL
           [--mails FILE.jsonl] [--database URL] [--connections N] [--waits] [--joins MOMENT]
With a file, the mails are written there and nothing is sent. The database is a new SQLite file, or an empty
one of PostgreSQL's. With `--waits` it prints the moment at which it stands, and begins to drain at the next
line of its standard input; with `--joins` it works in another process's house, at that moment.
"""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import uvloop
from sqlalchemy import ColumnElement, and_, func, or_, select

from paldies import garbage, logs
from paldies.bootstrap.app import App
from paldies.campaigns.words import MessageStatus
from paldies.channels import TRAITS
from paldies.channels.base import Outgoing, Receipt, Rendered
from paldies.clock import SteppedClock
from paldies.store.schema import messages
from tests.benchmarks.memory import peak_megabytes
from tests.benchmarks.stocked_house import Stocked, furnish, opened, stock

_SENT = messages.c.status == MessageStatus.SENT.value
_UNDER_WAY = messages.c.status == MessageStatus.SENDING.value
_SCHEDULED = messages.c.status == MessageStatus.SCHEDULED.value


class Writing:
    """Keeps each mail as a line of JSON, for the other contestants to send."""

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


async def main(told: argparse.Namespace) -> dict[str, float]:
    if told.joins:
        clock = SteppedClock(told.joins)
        app, daemon = await opened(told.folder, clock)
        stocked = Stocked(app, daemon, clock, 0.0, 0.0)
    else:
        furnish(told.folder, told.smtp, database=told.database, connections=told.connections)
        channels = [Writing(told.mails)] if told.mails else None
        stocked = await stock(told.folder, told.orders, channels=channels)
    garbage.look_seldom()  # as `paldies run` does once it has begun
    if told.waits:
        print(stocked.clock.now().isoformat(), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
    begun, busy = time.monotonic(), time.process_time()
    await _drain(stocked.app, stocked.clock.now())
    ended, busy = time.monotonic(), time.process_time() - busy
    sent = _count(stocked.app, _SENT)
    await stocked.daemon.end(5)
    kept = told.folder / "paldies.db"
    return {
        "orders": told.orders,
        "sent": sent,
        "watch_s": stocked.watch_s,
        "plan_s": stocked.plan_s,
        "drain_s": ended - begun,
        "drain_cpu_s": busy,
        "ended": ended,
        "peak_mb": peak_megabytes(),
        "kept_bytes": kept.stat().st_size if kept.exists() else 0,
    }


async def _drain(app: App, now: datetime) -> None:
    """Until everything is written down, whoever has sent it."""
    left = or_(_UNDER_WAY, and_(_SCHEDULED, messages.c.send_at <= now))
    while True:
        for dispatcher in app.dispatchers:
            await dispatcher.dispatch()
            await dispatcher.drained()
        if not _count(app, left):
            return
        await asyncio.sleep(0.01)


def _count(app: App, which: ColumnElement[bool]) -> int:
    question = select(func.count()).select_from(messages).where(which)
    return app.database.look(lambda session: session.scalars(question).one())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("orders", type=int)
    parser.add_argument("smtp")
    parser.add_argument("--mails", type=Path)
    parser.add_argument("--database", default="")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--waits", action="store_true")
    parser.add_argument("--joins", type=datetime.fromisoformat)
    arguments = parser.parse_args()
    # a daemon says a line about each message; nobody looks at these
    with (arguments.folder / f"log{'2'[: bool(arguments.joins)]}").open("w") as log:
        logs.configure(log)
        print(json.dumps(uvloop.run(main(arguments))))
