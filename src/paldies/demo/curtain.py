"""A fast clock that stands still until the curtain rises, and again once it has fallen."""

import asyncio
from datetime import datetime

from paldies.clock import FastClock


class Curtain:
    """Setting up takes seconds of real time: none of them may be missing from the month."""

    def __init__(self, speed: float, start: datetime) -> None:
        self.speed = speed
        self._stands_at = start
        self._running: FastClock | None = None

    def rise(self) -> None:
        self._running = FastClock(self.speed, self._stands_at)

    def fall(self, latest: datetime) -> None:
        """The clock shows `latest` at most from now on."""
        self._stands_at = min(self.now(), latest)
        self._running = None

    def now(self) -> datetime:
        return self._running.now() if self._running else self._stands_at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)
