"""Ticks that several processes share: one of them does each, and it goes on when that one dies."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sqlalchemy import text

from paldies.outbox.engines import Tick
from paldies.outbox.engines.distributed import DistributedEngine
from paldies.store.database import Database
from paldies.store.waking import wake

SILENCE = 2.0
HOURLY = 3600.0
JOBS = "SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE status = :status"
HANGS = """
import asyncio, sys
from paldies.outbox.engines import Tick
from paldies.outbox.engines.distributed import DistributedEngine
from paldies.store.database import normalised_url

async def hang():
    print("running", flush=True)
    await asyncio.sleep(3600)

async def main():
    engine = DistributedEngine(normalised_url(sys.argv[1]), silence=2)
    engine.start([Tick("plan", 0.2, hang, is_shared=True)])
    await asyncio.sleep(3600)

asyncio.run(main())
"""


@asynccontextmanager
async def engines(database: Database, *timetables: list[Tick]) -> AsyncIterator[None]:
    """One engine for each timetable, as if each were a process."""
    started = [DistributedEngine(database.url, silence=SILENCE) for _ in timetables]
    for engine, timetable in zip(started, timetables, strict=True):
        engine.start(timetable)
    try:
        yield
    finally:
        await asyncio.gather(*(engine.stop(10) for engine in started))


async def eventually(question: Callable[[], object], *, within: float = 15.0) -> None:
    end = time.monotonic() + within
    while not question():
        assert time.monotonic() < end, f"it did not come about within {within:g} s"
        await asyncio.sleep(0.02)


def count(database: Database, status: str) -> int:
    return database.look(lambda session: session.scalars(text(JOBS), {"status": status}).one())


class Work:
    """Notes who works, and how many did at the same time."""

    def __init__(self) -> None:
        self.by: list[str] = []
        self.at_once = self.most_at_once = 0

    def tick(self, who: str, every: float = 0.2) -> Tick:
        return Tick("plan", every, self._as(who), is_shared=True)

    def _as(self, who: str) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
            self.by.append(who)
            await asyncio.sleep(0.05)
            self.at_once -= 1

        return work


async def test_a_shared_tick_runs_in_one_process_at_a_time(shared: Database) -> None:
    work = Work()

    async with engines(shared, [work.tick("Riga")], [work.tick("New York")]):
        await eventually(lambda: len(work.by) >= 10)

    assert work.most_at_once == 1
    assert count(shared, "doing") == 0


async def test_an_own_tick_runs_in_every_process(shared: Database) -> None:
    seen: set[str] = set()

    def looks(who: str) -> Tick:
        async def look() -> None:
            seen.add(who)

        return Tick("dispatch", 0.2, look)

    async with engines(shared, [looks("Riga")], [looks("New York")]):
        await eventually(lambda: len(seen) == 2)


async def test_nothing_is_left_of_a_tick_that_has_ended(shared: Database) -> None:
    work = Work()

    async with engines(shared, [work.tick("Riga", HOURLY)]):
        await eventually(lambda: work.by and not work.at_once)
        await eventually(lambda: count(shared, "doing") == 0)

    assert [count(shared, status) for status in ("todo", "succeeded", "failed")] == [0, 0, 0]


async def test_whoever_has_made_work_wakes_its_tick_at_once(shared: Database) -> None:
    work = Work()
    waits = []

    async with engines(shared, [work.tick("Riga", HOURLY)]):
        await eventually(lambda: len(work.by) == 1)
        await eventually(lambda: _listens(shared))
        for times in (2, 3, 4):
            began = time.monotonic()
            await shared.run(wake, "plan")
            await eventually(lambda times=times: len(work.by) == times)  # type: ignore[misc]
            waits.append(time.monotonic() - began)

    assert min(waits) < 1


def _listens(database: Database) -> bool:
    asked = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%paldies%'")
    return database.look(lambda session: session.scalars(asked).one() > 0)


async def test_a_tick_goes_on_when_its_process_is_killed(shared: Database) -> None:
    url = shared.url.set(drivername="postgresql").render_as_string(hide_password=False)
    process = subprocess.Popen([sys.executable, "-c", HANGS, url], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert await asyncio.to_thread(process.stdout.readline) == "running\n"
        work = Work()
        async with engines(shared, [work.tick("another")]):
            await eventually(lambda: count(shared, "todo") == 1)
            before = list(work.by)
            os.kill(process.pid, signal.SIGKILL)
            await eventually(lambda: work.by)
    finally:
        process.kill()
        process.communicate()

    assert before == []


async def test_a_server_that_hangs_up_is_rung_again(shared: Database) -> None:
    work = Work()
    hang_up = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    async with engines(shared, [work.tick("Riga")]):
        await eventually(lambda: work.by)
        await eventually(lambda: _listens(shared))
        shared.now(lambda session: session.execute(hang_up))
        so_far = len(work.by)
        await eventually(lambda: len(work.by) > so_far + 3)


async def test_what_only_another_version_knows_is_left_alone(shared: Database) -> None:
    newer = text(
        "INSERT INTO procrastinate.procrastinate_jobs (queue_name, task_name, lock, queueing_lock)"
        " VALUES ('a newer tick', 'a newer tick', 'a newer tick', 'a newer tick')"
    )
    with shared.session() as session:
        session.execute(text("SET LOCAL search_path TO procrastinate"))
        session.execute(newer)
    work = Work()

    async with engines(shared, [work.tick("Riga")]):
        await eventually(lambda: len(work.by) >= 3)

    assert count(shared, "todo") == 1
