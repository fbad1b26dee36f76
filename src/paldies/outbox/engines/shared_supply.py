"""A channel's messages and its rate, shared with whoever else sends from the same database."""

import asyncio
import time
from collections.abc import Collection

from paldies.clock import Clock
from paldies.outbox.engines.bucket import pour_back
from paldies.outbox.engines.hands import take_in_hand
from paldies.outbox.queue import Waiting
from paldies.outbox.supply import BATCH
from paldies.store.database import Database

EACH = 8  # messages for each connection at once: more would keep idle what others could send
PATIENCE = 0.4  # seconds that a look waits for tokens, rather than leave them to the next
BREATH = 0.05  # seconds between two tries


class SharedSupply:
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

    async def take(self, in_hand: Collection[int]) -> list[Waiting]:
        end = time.monotonic() + PATIENCE
        while True:
            taken = await self._database.run(
                take_in_hand,
                self._channel,
                self._process,
                in_hand=list(in_hand),
                most=self.batch,
                per_second=self._per_second,
                now=self._clock.now(),
            )
            if taken.rows or not taken.is_short or time.monotonic() > end:
                return list(taken.rows)
            await asyncio.sleep(min(PATIENCE, max(BREATH, 1 / self._per_second)))

    async def give_back(self, unused: int) -> None:
        if unused:
            await self._database.run(pour_back, self._channel, unused)
