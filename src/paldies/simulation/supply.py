"""Hands a dispatcher the messages of one round, each to be decided at a moment of its own."""

from collections.abc import Collection, Mapping
from datetime import datetime

from paldies.outbox import queue
from paldies.outbox.queue import Waiting
from paldies.store.database import Database


class RoundSupply:
    """See Supply. The rates have had their say already: see Player."""

    gap = 0.0
    tray = 1  # each has its own moment, and so has the task that fills it in
    batch = 2_000  # what is decided, claimed and settled together costs the less the more it is

    def __init__(self, database: Database) -> None:
        self._database = database
        self._round: list[tuple[int, datetime]] = []

    def hand_out(self, moments: Mapping[int, datetime]) -> None:
        """By message; what is left of the round before is forgotten."""
        self._round = list(moments.items())

    async def take(self, in_hand: Collection[int]) -> list[Waiting]:
        some, self._round = dict(self._round[: self.batch]), self._round[self.batch :]
        rows = await self._database.read(queue.those, some) if some else []
        # nothing ever comes back here by its mark, and to make one takes 20 µs
        return [row._replace(rfc_id=row.key) for row in rows]

    async def give_back(self, unused: int) -> None:
        """What a rate would have had left over is too little to matter."""
