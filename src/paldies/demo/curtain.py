"""A fast clock that stands still until the curtain rises."""

import asyncio
from datetime import datetime

from paldies.clock import FastClock


class Curtain:
    """Setting up takes seconds of real time: none of them may be missing from the month."""

    def __init__(self, speed: float, start: datetime) -> None:
        self.speed = speed
        self._start = start
        self._running: FastClock | None = None

    def rise(self) -> None:
        self._running = FastClock(self.speed, self._start)

    def now(self) -> datetime:
        return self._running.now() if self._running else self._start

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)
