"""How fast the month goes by for somebody who watches."""

import asyncio
import time
from datetime import datetime

from paldies.demo.story.month import BEGINS


class Pace:
    """Waits before each moment of the month, so that it comes no sooner than it should.

    A machine that is busy makes the month longer, never anything in it late.
    """

    def __init__(self, speed: float) -> None:
        """`speed`: how many times as fast as life."""
        self._speed = speed
        self._began: float | None = None

    async def until(self, moment: datetime) -> None:
        """The first moment that is waited for is when the month begins to go by."""
        if self._began is None:
            self._began = time.monotonic()
        passed = time.monotonic() - self._began
        await asyncio.sleep(max(0.0, (moment - BEGINS).total_seconds() / self._speed - passed))
