"""Many processes: each keeps its own time, and what is done once for all is a job that one of them gets."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from sqlalchemy import URL

from paldies.outbox.engines import Tick
from paldies.outbox.engines.attempt import attempt
from paldies.outbox.engines.embedded import EmbeddedEngine
from paldies.store.task_engine import SCHEMA
from paldies.store.waking import CHANNEL

log = structlog.get_logger(__name__)

LOOK = 1.0  # seconds between two looks for a tick that waits until the one before it has ended
AGAIN = 1.0  # seconds until a connection that was lost is tried again


class DistributedEngine:
    """Shared ticks are Procrastinate's jobs; PostgreSQL's LISTEN/NOTIFY says which have something to do.

    A job carries no more than its name: one that is lost, doubled or left behind by a killed process harms
    nothing, as the tick does what there is to do. One worker serves all ticks, each from its own queue, so
    that a process leaves alone what only a newer or an older one knows. A tick runs in one process at a time
    (`lock`) and waits at most once (`queueing_lock`).
    """

    def __init__(self, url: URL, *, patience: float = 25.0, silence: float = 20.0) -> None:
        """`patience`: seconds that running ticks get at a stop. `silence`: after so many without a sign of
        life a process counts as gone, and its jobs are given to others.
        """
        conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        options = {"options": f"-c search_path={SCHEMA}"}
        self._connector = PsycopgConnector(conninfo=conninfo, kwargs=options, min_size=1, max_size=3)
        self._jobs = App(connector=self._connector)
        self._own = EmbeddedEngine()
        self._shared: dict[str, Tick] = {}
        self._patience = patience
        self._silence = silence
        self._is_open = self._is_stopping = False
        self._running: asyncio.Task[None] | None = None
        self._worker_id: int | None = None
        self._busy: set[int] = set()  # jobs that run here
        self._suspects: set[int] = set()  # jobs that should run here, and do not

    def start(self, timetable: list[Tick]) -> None:
        self._shared = {tick.name: tick for tick in timetable if tick.is_shared}
        for name in self._shared:
            self._jobs.task(name=name, queue=name, lock=name, queueing_lock=name, pass_context=True)(
                self._run
            )
        self._running = asyncio.create_task(self._serve())
        self._own.start(
            [
                *(tick for tick in timetable if not tick.is_shared),
                *(
                    Tick(_asking(tick.name), tick.every, partial(self._ask_in_time, tick))
                    for tick in self._shared.values()
                ),
                Tick("lost jobs", self._silence / 2, self._end_lost),
            ]
        )

    async def stop(self, patience: float) -> None:
        end = time.monotonic() + patience
        self._is_stopping = True
        await self._own.stop(patience)
        if self._running:
            self._running.cancel()
            await asyncio.wait([self._running], timeout=max(0.0, end - time.monotonic()))

    async def _serve(self) -> None:
        """Until it is cancelled."""
        try:
            await self._jobs.open_async()
            if self._is_stopping:  # Python 3.11 may lose a cancellation that comes at this very moment
                return
            self._is_open = True
            for name in self._shared:
                self._own.hurry(_asking(name))
            async with asyncio.TaskGroup() as both:
                both.create_task(self._for_ever(self._work))
                both.create_task(self._for_ever(self._listen))
        finally:
            self._is_open = False
            await self._jobs.close_async()  # also what was only half open

    async def _for_ever(self, what: Callable[[], Awaitable[None]]) -> None:
        """A server that was gone for a while is no reason to give up."""
        while not self._is_stopping:
            try:
                await what()
            except Exception as error:
                log.warning("the connection to the database was lost; it is tried again", why=str(error))
            await asyncio.sleep(AGAIN)

    async def _work(self) -> None:
        await self._jobs.run_worker_async(
            queues=list(self._shared),
            concurrency=max(1, len(self._shared)),
            fetch_job_polling_interval=LOOK,
            delete_jobs="always",
            install_signal_handlers=False,
            shutdown_graceful_timeout=self._patience,
            update_heartbeat_interval=self._silence / 4,
            stalled_worker_timeout=self._silence,
        )

    async def _listen(self) -> None:
        await self._connector.listen_notify(on_notification=self._hear, channels=[CHANNEL])

    async def _hear(self, *, channel: str, payload: str) -> None:
        """Somebody has made something for a tick to do."""
        if tick := self._shared.get(payload):
            await self._ask(tick)
        else:
            self._own.hurry(payload)

    async def _ask_in_time(self, tick: Tick) -> None:
        """Every process does, and one job comes of it: `slot` is the same for all of them."""
        if not self._is_open:
            return
        slot = int(time.time() / tick.every)
        job = self._jobs.tasks[tick.name].configure(task_kwargs={"timestamp": slot}).job
        try:
            await self._jobs.job_manager.defer_periodic_job(job=job, periodic_id="", defer_timestamp=slot)
        except AlreadyEnqueued:
            pass  # one waits already
        except ConnectorException as error:
            log.warning("a tick could not be asked for; it will be", tick=tick.name, why=str(error))

    async def _ask(self, tick: Tick) -> None:
        try:
            await self._jobs.tasks[tick.name].defer_async()
        except AlreadyEnqueued:
            pass  # one waits already
        except ConnectorException as error:
            log.warning("a tick could not be asked for; it will be", tick=tick.name, why=str(error))

    async def _run(self, context: JobContext, timestamp: int = 0) -> None:
        job = context.job
        assert job.id is not None  # noqa: S101 - it comes from the database
        self._worker_id = job.worker_id
        self._busy.add(job.id)
        try:
            await attempt(self._shared[job.task_name])
        finally:
            self._busy.discard(job.id)

    async def _end_lost(self) -> None:
        """What a killed process left behind would keep its tick from everybody for ever.

        So would a job that has ended here without the database hearing of it.
        """
        if not self._is_open:
            return
        jobs = self._jobs.job_manager
        try:
            lost = list(await jobs.get_stalled_jobs(seconds_since_heartbeat=self._silence))
            doing = await jobs.list_jobs_async(status=Status.DOING.value)
            suspects = {job.id: job for job in doing if job.id and job.worker_id == self._worker_id}
            suspects = {job_id: job for job_id, job in suspects.items() if job_id not in self._busy}
            lost += [job for job_id, job in suspects.items() if job_id in self._suspects]
            self._suspects = set(suspects)
            for job in lost:
                log.warning("a process did not end this tick; it is free again", tick=job.task_name)
                await jobs.finish_job(job, Status.FAILED, delete_job=True)
        except ConnectorException as error:  # or another process was quicker
            log.info("what was left behind is looked for again", why=str(error))


def _asking(name: str) -> str:
    return f"ask for {name}"
