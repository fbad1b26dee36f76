"""How much more two and four workers send than one, into a receiver that is slow rather than busy."""

import os
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from paldies.store import installation, migrations
from paldies.store.database import Database
from tests.benchmarks.answers import Answer, Found, Target, table
from tests.benchmarks.plots import Bar, bars
from tests.benchmarks.receiver import Heard, Receiver
from tests.benchmarks.sizes import Size
from tests.many_machines import machines
from tests.postgres import NoServer, postgres
from tests.stock import stock

TITLE = "One, two and four workers"
_LEAST = {2: 1.9, 4: 3.6}
_MIDDLE = (0.1, 0.9)  # of the mails: while all workers are at work
_TEXT = """
`paldies worker`, as often as said, on one PostgreSQL, each with so many connections to a receiver that takes
its time over each mail. All workers, the database and the receiver share {cores} cores. Where one worker
waits for the receiver, as it does for most providers, others add to it until the cores are used up: the
second receiver is slow enough for {cores} of them to show it, the first one asks for more than they have once
there are four.

![One, two and four workers]({{plot:workers}})

{table}
"""


@dataclass(frozen=True, slots=True)
class Slow:
    """How long the receiver takes over each mail, in ms, and a worker's connections to it."""

    takes: float
    connections: int

    @property
    def most(self) -> float:
        """Mails a second that a worker could hand over."""
        return self.connections / self.takes * 1000


SLOW = (Slow(50, 16), Slow(200, 16))


def ask(size: Size) -> Found:
    return measure(seconds=size.of(2, 6, 30))


def measure(*, seconds: float) -> Found:
    """Enough for so many seconds, if the receiver were all there is to wait for."""
    found: Found = {"cores": os.cpu_count(), "receivers": []}
    try:
        with postgres(is_durable=True) as server:
            for slow in SLOW:
                print(f"  {slow.takes:g} ms for each mail, {slow.connections} connections a worker")
                rates = {workers: _round(server.url, workers, slow, seconds) for workers in (1, *_LEAST)}
                found["receivers"].append(
                    {**asdict(slow), "rates": {f"{n}": rate for n, rate in rates.items()}}
                )
    except NoServer as why:
        print(f"PostgreSQL: {why}")
    return found


def _round(server: str, workers: int, slow: Slow, seconds: float) -> float:
    """Mails a second."""
    count = round(slow.most * workers * seconds)
    with Receiver(takes=slow.takes) as receiver:
        heard = work_off(server, workers, count, receiver, connections=slow.connections)
    assert len(heard.accepted) == count
    rate = heard.rate_between(*_MIDDLE)
    print(f"    {workers}: {rate:6.0f}/s, {rate / (workers * slow.most):.0%} of what it allows", flush=True)
    return rate


def work_off(
    server: str, workers: int, count: int, receiver: Receiver, *, connections: int, rate: str = "100000/s"
) -> Heard:
    """So many due messages, by so many processes; they begin together."""
    name = f"round_{time.monotonic_ns()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = server.removesuffix("/postgres") + f"/{name}"
    with (
        tempfile.TemporaryDirectory(prefix="paldies-bench-") as folder,
        closing(Database(url)) as database,
    ):
        migrations.upgrade(database)
        database.now(installation.set_paused, datetime.now(UTC))
        database.now(stock, count)
        with machines(Path(folder), url, receiver.url) as house:
            house.furnish(connections=connections, rate=rate)
            for number in range(workers):
                house.start("worker", machine=f"machine{number}")
            house.wait_until_running(workers)
            database.now(installation.set_paused, None)
            return receiver.heard_until(count, within=300)


def tell(found: Found) -> Answer:
    rows, drawn, targets, figures = list[Any](), list[Bar](), list[Target](), dict[str, str]()
    for each in found["receivers"]:
        rates = {int(workers): rate for workers, rate in each["rates"].items()}
        most = Slow(each["takes"], each["connections"]).most
        where = f"{each['takes']:g} ms a mail, {each['connections']} connections each"
        for workers, rate in rates.items():
            times = rate / rates[1]
            rows.append((where, workers, f"{rate:,.0f}/s", f"{times:.2f} ×", f"{rate / most / workers:.0%}"))
            figures[f"workers-{each['takes']:g}-{workers}"] = f"{times:.2f}"
            figures[f"workers-{each['takes']:g}-{workers}-rate"] = f"{rate:,.0f}"
            drawn.append(Bar(f"{each['takes']:g} ms, {workers} worker{'s'[: workers > 1]}", times, "ours"))
            if least := _LEAST.get(workers):
                what = f"{workers} workers beside one, {where}"
                because = f"all of them, the database and the receiver share {found['cores']} cores"
                targets.append(Target(what, f"≥ {least:g} ×", f"{times:.2f} ×", times >= least, because))
    head = ("receiver", "workers", "mails", "beside one", "of what the receiver allows")
    plot = bars(drawn, unit=" ×", describes="One, two and four workers")
    text = _TEXT.format(cores=found["cores"], table=table(head, rows))
    return Answer(text, {"workers": plot}, targets, figures)
