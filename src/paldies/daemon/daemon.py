"""One process at work: begun, run until it is told to stop, and ended in order."""

import asyncio
import signal
import time

import structlog

from paldies import garbage
from paldies.bootstrap.app import App
from paldies.daemon.duties import Duties
from paldies.daemon.timetable import LOOK_EVERY, timetable
from paldies.outbox.engines import Engine, Tick

log = structlog.get_logger(__name__)


class Daemon:
    """What it does by its timetable can be done by hand as well, at a clock of one's own."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._stopping = asyncio.Event()
        self._duties = duties = Duties(app)
        self.watch = duties.watching.watch
        self.plan = duties.planning.plan
        self.dispatch = duties.sending.dispatch
        self.settle_doubts = duties.sending.settle_doubts
        self.keep_going = duties.heart.keep_going
        self.keep_house = duties.housekeeping.keep_house

    async def run(self, engine: Engine) -> None:
        """Until SIGTERM or SIGINT: what is in flight gets `stop_timeout`; a second signal ends at once."""
        await self.begin()
        garbage.look_seldom()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop_once)
        engine.start(self.timetable())
        log.info("running", mode=self.app.mode, shops=[shop.name for shop in self.app.shops] or None)
        await self._stopping.wait()
        log.info("stopping")
        deadline = time.monotonic() + self.app.stop_timeout.total_seconds()
        for dispatcher in self.app.dispatchers:
            dispatcher.retire()  # or a long queue would be sent to its end
        for shop in self.app.shops:
            shop.retire()  # or one with years of orders would be read to its end
        await engine.stop(max(0.0, deadline - time.monotonic()))
        await self.end(max(0.0, deadline - time.monotonic()))
        log.info("stopped")

    def timetable(self, *, look_every: float = LOOK_EVERY) -> list[Tick]:
        """Every tick may run at any time, and does what there is to do."""
        return timetable(self.app, self._duties, look_every=look_every)

    async def begin(self) -> None:
        """What has to be done before the first tick: nothing leaves before the doubts of a crash are open."""
        duties = self._duties
        await duties.heart.begin()
        if self.app.roll:
            await self.app.roll.begin()
        await self.app.database.read(self.app.budget.load, self.app.clock.now())
        await duties.texts.begin()
        await duties.planning.begin()
        await duties.sending.settle_doubts()
        await self.app.inbox.reconsider()

    async def end(self, patience: float) -> None:
        """What is on its way gets `patience` seconds."""
        for dispatcher in self.app.dispatchers:
            await dispatcher.stop(patience)
        if self.app.roll:
            await self.app.roll.end()
        await self._duties.heart.end()
        self.app.close()

    def _stop_once(self) -> None:
        self._stopping.set()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)  # the next one ends the process by itself
