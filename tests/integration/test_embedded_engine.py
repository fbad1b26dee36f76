"""The clock of the embedded engine may be set: no tick is kept from coming."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from paldies.outbox.engines import Tick
from paldies.outbox.engines.embedded import EmbeddedEngine, Every

HOUR = 3600.0


async def test_every_tick_comes_at_once_when_the_clock_is_set_back() -> None:
    wall, came = [time.time()], asyncio.Queue[str]()
    engine = EmbeddedEngine(wall=lambda: wall[0] + time.monotonic())

    async def run() -> None:
        came.put_nowait("again")

    engine.start([Tick("hourly", HOUR, run)])
    await asyncio.wait_for(came.get(), 5)
    wall[0] -= 2 * HOUR
    again = await asyncio.wait_for(came.get(), 5)
    await engine.stop(0)

    assert again == "again"


async def test_a_clock_set_forward_by_years_owes_one_run() -> None:
    now = datetime.now(UTC)
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.start(paused=True)
    job = scheduler.add_job(print, Every(0.5), next_run_time=now)

    owed = job._get_run_times(now + timedelta(days=730))
    scheduler.shutdown(wait=False)

    assert owed == [now]
