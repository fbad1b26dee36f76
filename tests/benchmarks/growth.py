"""Whether the house stays as quick as it was: what a start, a look and an answer cost as the messages grow.

Usage: python -m tests.benchmarks.growth [MOST]; up to 1,000,000 messages if nothing is said.
"""

import asyncio
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from types import SimpleNamespace
from typing import Any

from paldies import logs
from paldies.bootstrap import build
from paldies.channels import TRAITS
from paldies.configuration import load
from paldies.daemon import Daemon
from paldies.outbox import queue
from paldies.outbox.planning import plan_new_events
from paldies.outbox.plans import Plans
from paldies.reports.why import explain
from paldies.store import migrations
from paldies.store.database import Database
from tests.benchmarks.planning import BEGIN, HOME, STEPS, fill, plan_all, publish_five
from tests.postgres import NoServer, Server, postgres
from tests.whole_house import furnish

SIZES = (10_000, 100_000, 1_000_000, 5_000_000)  # messages
TIMES = 100  # that each question is asked
FIRST_ONES = 20  # of them that do not count: whoever asks first also prepares
STILL_TO_COME = 0.1  # the share of orders that have not heard anything yet
DUE = 500
NOW = BEGIN + timedelta(hours=1)
_PAST = (
    "UPDATE messages SET status = 'sent', sent_at = send_at, ended_at = send_at, claimed_at = send_at,"
    " attempts = 1, claim_id = 'c' || id WHERE enrolment_id <= {last}",
    "UPDATE enrolments SET state = 'finished', ended_at = created_at WHERE order_id <= {last}",
    "INSERT INTO attempts (message_id, claim_id, address, locale, text_version, started_at, ended_at,"
    " outcome, note, cost)"
    " SELECT id, claim_id, 'buyer@example.com', 'lv', '', claimed_at, claimed_at, 'sent', '', 0"
    " FROM messages WHERE status = 'sent'",
)


def main(most: int) -> None:
    sizes = [size for size in SIZES if size <= most]
    for size in sizes:
        _measure(size, None)
    try:
        for size in sizes:
            with postgres() as server:
                _measure(size, server)
    except NoServer as why:
        print(f"PostgreSQL: {why}")


def _measure(size: int, server: Server | None) -> None:
    with tempfile.TemporaryDirectory(prefix="paldies-bench-") as name:
        folder = Path(name)
        url = server.url if server else f"sqlite:///{folder / 'paldies.db'}"
        furnish(folder, smtp="smtp://127.0.0.1:9", text="---\nsubject: x\n---\nx", main=f'database = "{url}"')
        with closing(Database(url)) as database:
            orders = size // len(STEPS)
            _grow(database, orders)
            print(f"{'PostgreSQL' if server else 'SQLite'}, {size:,} messages:")
            plans, dice = Plans(TRAITS), random.Random(7)
            _tell("500 due", lambda: database.look(queue.due, "email", NOW, DUE))
            _tell(
                "planning one order",
                lambda: database.now(plan_new_events, plans, HOME, now=NOW),
                before=lambda number: fill(database, orders + number, orders + number),
            )
            house = SimpleNamespace(home_zone=HOME)
            _tell(
                "why",
                lambda: database.look(
                    explain, f"A{dice.randrange(1, orders)}", plans=plans, house=house, now=NOW
                ),
            )
        told = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.growth", "start", folder],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        print(
            "  start: {seconds:.2f} s ({work:.2f} of work), {megabytes:.0f} MB".format(
                **json.loads(told.stdout)
            )
        )


def _grow(database: Database, orders: int) -> None:
    """All but the last have heard everything; of those, some are to hear something now."""
    migrations.upgrade(database)
    publish_five(database, "")
    fill(database, 1, orders)
    plan_all(database)
    last = int(orders * (1 - STILL_TO_COME))
    with database.engine.begin() as connection:
        for statement in _PAST:
            connection.exec_driver_sql(statement.format(last=last))
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")


def _tell(what: str, ask: Callable[[], Any], *, before: Callable[[int], Any] = lambda _: None) -> None:
    """`before` what is measured: numbers from 1."""
    times = []
    for number in range(1, FIRST_ONES + TIMES + 1):
        before(number)
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    steps = quantiles(times[FIRST_ONES:], n=100)
    print(f"  {what}: p50 {steps[49]:.1f} ms, p99 {steps[98]:.1f} ms", flush=True)


def _start(folder: Path) -> None:
    """From when everything is imported to the end of the first look at what is due."""
    import paldies.cli.run  # noqa: F401 - what a daemon imports

    clock, work = time.perf_counter(), time.process_time()
    app = build(load(folder / "paldies.toml", {}))
    daemon = Daemon(app)

    async def first_ticks() -> None:
        await daemon.begin()
        await daemon.plan()
        await app.database.read(queue.due, "email", NOW, DUE)

    asyncio.run(first_ticks())
    figures = {
        "seconds": time.perf_counter() - clock,
        "work": time.process_time() - work,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    app.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    logs.configure(level=40)
    if sys.argv[1:2] == ["start"]:
        _start(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
