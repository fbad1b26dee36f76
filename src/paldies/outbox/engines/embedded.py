"""One process: APScheduler is the clock, and the ticks run in our own event loop."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from paldies.outbox.engines import Tick
from paldies.outbox.engines.attempt import attempt

log = structlog.get_logger(__name__)

LOOK_AT_THE_CLOCK = 1.0  # seconds
SET_BACK = 1.0  # seconds; by less than that no tick is late enough to matter


class Every(BaseTrigger):  # type: ignore[misc]
    """Counts from now on: a clock set forward by years would otherwise owe a hundred million runs."""

    def __init__(self, seconds: float) -> None:
        self._span = timedelta(seconds=seconds)

    def get_next_fire_time(self, _: datetime | None, now: datetime) -> datetime:
        return now + self._span


class EmbeddedEngine:
    """APScheduler says when; the running ticks are ours, because its own shutdown would cancel them."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        """`wall`: Unix seconds, as the clock shows them that somebody may set."""
        self._wall = wall
        self._look: asyncio.TimerHandle | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._called: dict[str, list[str]] = {}  # at each call, these ticks come
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self, timetable: list[Tick]) -> None:
        for tick in timetable:
            self._called.setdefault(tick.call or tick.name, []).append(tick.name)
            self._scheduler.add_job(
                self._guarded(tick),
                Every(tick.every),
                id=tick.name,
                name=tick.name,
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()
        self._look_at_the_clock(self._offset)

    def hurry(self, call: str) -> None:
        """Now, rather than at its time; what is under way already is not begun again."""
        for name in self._called.get(call, ()):
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    async def stop(self, patience: float) -> None:
        if self._look:
            self._look.cancel()
        self._scheduler.pause()
        await asyncio.sleep(0)  # what the scheduler has just begun is running from then on
        if self._running:
            _, late = await asyncio.wait(set(self._running), timeout=patience)
            for task in late:
                task.cancel()
        self._scheduler.shutdown(wait=False)

    def _look_at_the_clock(self, before: float) -> None:
        """A clock that was set back puts off everything by as much: then all of it begins anew."""
        offset = self._offset
        if before - offset > SET_BACK:
            log.warning("the clock was set back", seconds=round(before - offset))
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
        loop = asyncio.get_running_loop()
        self._look = loop.call_later(LOOK_AT_THE_CLOCK, self._look_at_the_clock, offset)

    @property
    def _offset(self) -> float:
        """Seconds by which the wall clock is ahead of the one that nobody can set."""
        return self._wall() - time.monotonic()

    def _guarded(self, tick: Tick) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - a coroutine always runs in one
            self._running.add(task)
            try:
                await attempt(tick)
            finally:
                self._running.discard(task)

        return run
