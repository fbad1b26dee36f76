"""How much more two and four workers send than one, into a receiver that is slow rather than busy.

Usage: python -m tests.benchmarks.workers [SECONDS [DELAY_MS [CONNECTIONS]]]
Each worker could send CONNECTIONS / DELAY a second; each round has enough for SECONDS of that.
"""

import asyncio
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from paldies.store import installation, migrations
from paldies.store.database import Database
from tests.many_machines import machines
from tests.postgres import postgres
from tests.slow_receiver import SlowReceiver
from tests.stock import stock

ROUNDS = (1, 2, 4)


async def main(seconds: float, delay: float, connections: int) -> None:
    most = connections / delay
    print(f"a receiver that takes {delay * 1000:g} ms for each message, {connections} connections a worker")
    alone = 0.0
    with postgres() as server:
        for workers in ROUNDS:
            sent = await _round(server.url, workers, round(seconds * most * workers), delay, connections)
            alone = alone or sent
            print(
                f"  {workers} worker{'s'[: workers > 1]}: {sent:6.0f}/s, {sent / alone:4.2f} × one;"
                f" {sent / (workers * most):4.0%} of what the receiver allows",
                flush=True,
            )


async def _round(server: str, workers: int, messages: int, delay: float, connections: int) -> float:
    """Messages a second, from the first to the last."""
    name = f"round{workers}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = server.removesuffix("/postgres") + f"/{name}"
    with (
        tempfile.TemporaryDirectory(prefix="paldies-bench-") as folder,
        closing(Database(url)) as database,
    ):
        migrations.upgrade(database)
        database.now(installation.set_paused, datetime.now(UTC))
        database.now(stock, messages)
        async with SlowReceiver(delay=delay) as receiver:
            with machines(Path(folder), url, receiver.url) as house:
                house.furnish(connections=connections)
                for number in range(workers):
                    house.start("worker", machine=f"machine{number}")
                await asyncio.to_thread(house.wait_until_running, workers)
                database.now(installation.set_paused, None)
                while len(receiver.came) < messages:
                    await asyncio.sleep(0.05)
            assert len(set(receiver.ids)) == messages
            return (messages - 1) / (receiver.came[-1][0] - receiver.came[0][0])


if __name__ == "__main__":
    seconds, delay, connections = [*map(float, sys.argv[1:]), *(10.0, 50.0, 16.0)[len(sys.argv) - 1 :]]
    asyncio.run(main(seconds, delay / 1000, int(connections)))
