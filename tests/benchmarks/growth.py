"""Whether the house stays as quick as it was: what a start, a look and an answer cost as the messages grow.

Usage: python -m tests.benchmarks.growth [MOST]; up to 100,000 messages if nothing is said.
"""

import asyncio
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles
from types import SimpleNamespace
from typing import Any

from paldies import logs
from paldies.bootstrap.building import build
from paldies.channels import TRAITS
from paldies.configuration import load
from paldies.daemon import Daemon
from paldies.outbox import queue
from paldies.outbox.planning import plan_new_events
from paldies.outbox.plans import Plans
from paldies.reports.why import explain
from paldies.store import migrations
from paldies.store.database import Database
from tests.benchmarks import five_steps, growth_told
from tests.benchmarks.answers import Found
from tests.benchmarks.five_steps import BEGIN, HOME, STEPS, fill, plan_all, publish_five, written
from tests.benchmarks.memory import peak_megabytes
from tests.benchmarks.one_message import send
from tests.benchmarks.sizes import Size
from tests.postgres import NoServer, Server, postgres
from tests.whole_house import furnish

TITLE = "As the messages grow"
tell = growth_told.tell

SIZES = (10_000, 100_000, 1_000_000, 5_000_000)  # messages
TIMES = 200  # that each question is asked
FIRST_ONES = 20  # that do not count: whoever asks first also prepares
STILL_TO_COME = 0.1  # the share of orders that have not heard anything yet, in the end
DUE = 500
WARM_UP, SENT = 200, 800  # messages, to see what one costs
NOW = BEGIN + timedelta(hours=1)
SOON = NOW + timedelta(minutes=1)
_TEXT = '---\nsubject: "Order {{ order.number }}"\n---\n\nThank you, {{ customer.first_name }}.\n'
_PAST = (
    "UPDATE messages SET status = 'sent', sent_at = send_at, ended_at = send_at, claimed_at = send_at,"
    " attempts = 1, claim_id = 'c' || id WHERE enrolment_id <= {last}",
    "UPDATE enrolments SET state = 'finished', ended_at = created_at WHERE order_id <= {last}",
    "INSERT INTO attempts (message_id, claim_id, address, locale, text_version, started_at, ended_at,"
    " outcome, note, cost)"
    " SELECT id, claim_id, 'buyer@example.com', 'lv', '', claimed_at, claimed_at, 'sent', '', 0"
    " FROM messages WHERE status = 'sent'",
)
_PUT_OFF = "UPDATE messages SET send_at = '{until}' WHERE status = 'scheduled' AND enrolment_id > {last}"


def ask(size: Size) -> Found:
    return measure(size.of(10_000, 100_000, 5_000_000))


def measure(most: int) -> Found:
    sizes = [size for size in SIZES if size <= most]
    found: Found = {"times": TIMES, "SQLite": [_measure(size, None) for size in sizes]}
    try:
        found["PostgreSQL"] = []
        for size in sizes:
            with postgres(is_durable=True) as server:
                found["PostgreSQL"].append(_measure(size, server))
    except NoServer as why:
        print(f"PostgreSQL: {why}")
    return found


def _measure(size: int, server: Server | None) -> Found:
    """First while all of them are waiting, then when most have been sent."""
    with tempfile.TemporaryDirectory(prefix="paldies-bench-") as name:
        folder = Path(name)
        url = server.url if server else f"sqlite:///{folder / 'paldies.db'}"
        _furnish(folder, url)
        print(f"{'PostgreSQL' if server else 'SQLite'}, {size:,} messages:")
        orders = size // len(STEPS)
        found: Found = {"messages": size}
        with closing(Database(url)) as database:
            migrations.upgrade(database)
            publish_five(database)
            fill(database, 1, orders)
            plan_all(database)
            _analyse(database)
            found["due_of_pending"] = _times(
                "500 due, all pending", lambda: database.look(queue.due, "email", NOW, DUE)
            )
        found["start"] = _started(folder)
        with closing(Database(url)) as database:
            last = orders - max(int(orders * STILL_TO_COME), WARM_UP + SENT)
            _run(database, *_PAST, last=last)
            _analyse(database)
            found |= _ask_questions(database, orders)
            found["bytes"] = _size(database) / size
            _run(database, _PUT_OFF, last=last + WARM_UP, until=SOON)
            _run(database, _PUT_OFF, last=last + WARM_UP + SENT, until=BEGIN + timedelta(days=30))
        found["message"] = asyncio.run(send(folder, NOW, SOON, count=SENT))
    return found


def _furnish(folder: Path, url: str) -> None:
    """Its only campaign is the one of five steps, with a text for each."""
    smtp = "smtp://127.0.0.1:9"
    furnish(folder, smtp=smtp, text="---\nsubject: x\n---\nx", main=f'database = "{url}"')
    templates = folder / "message_templates"
    shutil.rmtree(templates / "hello")
    (templates / five_steps.NAME).mkdir()
    (templates / five_steps.NAME / "campaign.toml").write_text(five_steps.source())
    for step in STEPS:
        (templates / five_steps.NAME / f"{step}.email.md").write_text(_TEXT)
    config = folder / "paldies.toml"
    config.write_text(config.read_text().replace('rate = "1000/s"', 'rate = "100000/s"'))


def _analyse(database: Database) -> None:
    """PostgreSQL does by itself, later."""
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")


def _size(database: Database) -> int:
    """Bytes of the whole database."""
    asked = "SELECT pg_database_size(current_database())"
    if database.is_sqlite:
        asked = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    with database.engine.connect() as connection:
        return int(connection.exec_driver_sql(asked).scalar_one())


def _run(database: Database, *statements: str, last: int, until: datetime = NOW) -> None:
    moment = written(until, database)
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement.format(last=last, until=moment))


def _ask_questions(database: Database, orders: int) -> Found:
    plans, dice = Plans(TRAITS), random.Random(7)
    house = SimpleNamespace(home_zone=HOME)
    return {
        "due_of_few": _times("500 due, most sent", lambda: database.look(queue.due, "email", NOW, DUE)),
        "planning": _times(
            "planning one order",
            lambda: database.now(plan_new_events, plans, HOME, now=NOW),
            before=lambda number: fill(database, orders + number, orders + number),
        ),
        "why": _times(
            "why",
            lambda: database.look(
                explain, f"A{dice.randrange(1, orders)}", plans=plans, house=house, now=NOW
            ),
        ),
    }


def _times(what: str, ask: Callable[[], Any], *, before: Callable[[int], Any] = lambda _: None) -> Found:
    """Milliseconds; `before` what is measured: numbers from 1."""
    times = []
    for number in range(1, FIRST_ONES + TIMES + 1):
        before(number)
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    steps = quantiles(times[FIRST_ONES:], n=100)
    print(f"  {what}: p50 {steps[49]:.1f} ms, p99 {steps[98]:.1f} ms", flush=True)
    return {"p50": steps[49], "p99": steps[98]}


def _started(folder: Path) -> Found:
    """In a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.growth", "start", folder],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: Found = json.loads(told.stdout)
    print("  start: {seconds:.2f} s, {megabytes:.0f} MB more than the imports' {imports:.0f}".format(**found))
    return found


def _start(folder: Path) -> None:
    """From when everything is imported to the end of the first look at what is due."""
    import paldies.cli.run
    import paldies.outbox.engines.distributed  # noqa: F401 - of a daemon on PostgreSQL

    imports = peak_megabytes()
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
        "imports": imports,
        "megabytes": peak_megabytes() - imports,
    }
    app.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    logs.configure(level=40)
    if sys.argv[1:2] == ["start"]:
        _start(Path(sys.argv[2]))
    else:
        print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))
