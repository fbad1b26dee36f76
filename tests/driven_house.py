"""A house with the real daemon, driven from one thing that is due to the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from paldies.bootstrap.app import App
from paldies.clock import SteppedClock
from paldies.daemon import Daemon
from paldies.outbox.agenda import next_look

_TRIES = 20  # for what is due at one moment, and what that brings up


class DrivenHouse:
    def __init__(self, app: App, clock: SteppedClock) -> None:
        self.app = app
        self.clock = clock
        self.database = app.database
        self.daemon = Daemon(app)
        self._runner = asyncio.Runner()
        self._runner.run(self.daemon.begin())

    def close(self) -> None:
        self._runner.run(self.daemon.end(5))
        self._runner.close()

    def pass_until(self, moment: datetime) -> None:
        """What is due at that very moment has not been dealt with yet."""
        self._runner.run(self._pass_until(moment))

    async def _pass_until(self, moment: datetime) -> None:
        while (soonest := await self._deal_with_now()) and soonest < moment:
            self.clock.move_to(soonest)
        self.clock.move_to(moment)

    async def _deal_with_now(self) -> datetime | None:
        """Does what is due, and then what that has brought up; when there is more to do."""
        for _ in range(_TRIES):
            for duty in self._duties():
                await duty()
            for dispatcher in self.app.dispatchers:
                await dispatcher.drained()
            soonest = await self.database.read(next_look)
            if soonest is None or soonest > self.clock.now():
                return soonest
        raise AssertionError("what is due does not leave, and nobody says why")

    def _duties(self) -> Sequence[Callable[[], Awaitable[None]]]:
        return self.daemon.plan, self.daemon.settle_doubts, self.daemon.dispatch
