"""Where a dispatcher gets its messages from, a batch at a time."""

from collections.abc import Collection
from typing import Protocol

from paldies.clock import Clock
from paldies.outbox import queue
from paldies.outbox.queue import Waiting
from paldies.outbox.rate import Rate
from paldies.store.database import Database

BATCH = 500
TRAY = 16


class Supply(Protocol):
    gap: float  # seconds of real time from one message to the next; see Rate
    tray: int  # messages that are filled in one right after another; see Tray

    async def take(self, in_hand: Collection[int]) -> list[Waiting]:
        """Those that are due, and neither in our hands nor in anybody else's, as far as the rate allows."""
        ...

    async def give_back(self, unused: int) -> None:
        """So many of those taken are not sent now: others may be."""
        ...


class OwnSupply:
    """Of a daemon that has the database, and each channel's rate, to itself."""

    tray = TRAY

    def __init__(self, database: Database, channel: str, *, rate: Rate, clock: Clock) -> None:
        self.gap = rate.gap
        self._database = database
        self._channel = channel
        self._rate = rate
        self._clock = clock

    async def take(self, in_hand: Collection[int]) -> list[Waiting]:
        now = self._clock.now()
        tokens = self._rate.take(BATCH, now)
        if not tokens:
            return []
        known = frozenset(in_hand)  # what is let go of while we read, is read as it was before
        due = await self._database.read(queue.due, self._channel, now, tokens + len(known))
        rows = [row for row in due if row.id not in known][:tokens]
        self._rate.give_back(tokens - len(rows))
        return rows

    async def give_back(self, unused: int) -> None:
        self._rate.give_back(unused)
