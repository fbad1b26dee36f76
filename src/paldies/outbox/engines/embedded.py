"""One process: APScheduler is the clock, and the ticks run in our own event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import OperationalError

from paldies.outbox.engines import Tick

log = structlog.get_logger(__name__)


class EmbeddedEngine:
    """APScheduler says when; the running ticks are ours, because its own shutdown would cancel them."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self, timetable: list[Tick]) -> None:
        for tick in timetable:
            self._scheduler.add_job(
                self._guarded(tick),
                IntervalTrigger(seconds=tick.every),
                id=tick.name,
                name=tick.name,
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()

    async def stop(self, patience: float) -> None:
        self._scheduler.pause()
        if self._running:
            _, late = await asyncio.wait(set(self._running), timeout=patience)
            for task in late:
                task.cancel()
        self._scheduler.shutdown(wait=False)

    def _guarded(self, tick: Tick) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - a coroutine always runs in one
            self._running.add(task)
            try:
                await tick.run()
            except OperationalError as error:  # locked, full, gone: where it was met tells nobody anything
                why = f"{error.orig}; see what else has it open, and whether its disk is full"
                log.error("the database cannot be used now; it will be tried again", tick=tick.name, why=why)
            except Exception:
                log.exception("a tick failed; it will be tried again", tick=tick.name)
            finally:
                self._running.discard(task)

        return run
