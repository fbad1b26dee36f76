"""A channel's messages and its rate, shared with whoever else sends from the same database."""

import asyncio
import time
from collections.abc import Collection, Sequence

from paldies.clock import Clock
from paldies.outbox.engines.bucket import pour_back
from paldies.outbox.engines.hands import Taken, take_in_hand
from paldies.outbox.queue import Waiting
from paldies.outbox.supply import BATCH, TRAY
from paldies.store.database import Database

EACH = 4  # messages for each connection at least
AHEAD = 0.25  # seconds of work that are taken at once: more would keep from others what they could send
PATIENCE = 0.4  # seconds that a look waits for tokens, or for room, rather than leave it to the next
BREATH = 0.05  # seconds between two tries


class SharedSupply:
    gap = 0.0  # tokens are taken as they come in: that is no burst
    tray = TRAY

    def __init__(
        self,
        database: Database,
        channel: str,
        *,
        process: str,
        per_second: float,
        connections: int,
        clock: Clock,
    ) -> None:
        self.batch = min(BATCH, EACH * connections)
        self._database = database
        self._channel = channel
        self._process = process
        self._per_second = per_second
        self._clock = clock
        self._most = self.batch
        self._held, self._held_at = 0, time.monotonic()  # in hand, once the last ones were taken

    async def take(self, in_hand: Collection[int]) -> list[Waiting]:
        """Nothing as long as enough is in hand: at the end of a rush others would be idle."""
        end = time.monotonic() + PATIENCE
        rows: Sequence[Waiting] = ()
        while True:
            held = len(in_hand)
            if held <= self._most:
                taken = await self._take(in_hand)
                rows = taken.rows
                if rows or not taken.is_short:
                    break
            if time.monotonic() > end:
                break
            await asyncio.sleep(min(PATIENCE, max(BREATH, 1 / self._per_second)))
        self._pace(held, len(rows))
        return list(rows)

    async def give_back(self, unused: int) -> None:
        if unused:
            await self._database.run(pour_back, self._channel, unused)

    async def _take(self, in_hand: Collection[int]) -> Taken:
        return await self._database.run(
            take_in_hand,
            self._channel,
            self._process,
            in_hand=list(in_hand),
            most=self._most,
            per_second=self._per_second,
            now=self._clock.now(),
        )

    def _pace(self, held: int, taken: int) -> None:
        """As many next time as leave in a moment; `held` were in hand when these were taken."""
        now = time.monotonic()
        a_second = (self._held - held) / max(now - self._held_at, 0.001)
        self._most = min(BATCH, max(self.batch, round(a_second * AHEAD)))
        self._held, self._held_at = held + taken, now
