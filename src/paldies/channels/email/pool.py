"""Kept connections to one mail server, each of which sends as long as anything waits."""

import asyncio
from collections import deque
from typing import cast

from paldies.channels.email.connection import Connector
from paldies.channels.email.envelope import Envelope
from paldies.channels.email.exits import Exits
from paldies.channels.email.outcomes import Outcome
from paldies.channels.email.transaction import Transaction
from paldies.channels.email.wire import Wire


class Pool:
    """At most `size` connections, opened when needed and closed after `idle` seconds without work."""

    def __init__(self, connector: Connector, *, size: int, idle: float = 30.0) -> None:
        self._connector = connector
        self._size = size
        self._idle = idle
        self._exits = Exits(size)
        self._waiting: deque[Transaction] = deque()
        self._at_work: set[asyncio.Task[None]] = set()  # one for each connection in use
        self._resting: list[tuple[float, Wire]] = []  # since when (loop time); the latest last
        self._sweep: asyncio.TimerHandle | None = None

    async def send(
        self,
        envelope: Envelope,
        *,
        deadline: float = float("inf"),
        written: "asyncio.Future[None] | None" = None,
    ) -> Outcome:
        """One transaction; see there. Raises DeliveryError if no connection can be had.

        When cancelled before its text was handed over, the text stays here.
        """
        loop = asyncio.get_running_loop()
        transaction = Transaction(envelope, deadline, loop.create_future(), self._exits, written)
        self._waiting.append(transaction)
        if len(self._at_work) < self._size:
            self._at_work.add(loop.create_task(self._work()))
        return await transaction.outcome

    async def close(self) -> None:
        """Says good-bye on every connection that is not in use, and cuts the others."""
        if self._sweep:
            self._sweep.cancel()
            self._sweep = None
        for work in self._at_work:
            work.cancel()
        wires = [wire for _, wire in self._resting]
        self._resting.clear()
        await asyncio.gather(*(wire.quit() for wire in wires), *self._at_work, return_exceptions=True)

    async def _work(self) -> None:
        """Sends what waits, for as long as anything does."""
        try:
            wire = self._rested()
            transaction = self._next()
            while transaction:
                wire, transaction = await self._converse(wire, transaction)
                transaction = transaction or self._next()
            if wire:
                self._rest(wire)
        finally:  # without an await since the last look at what waits: nothing is left lying
            self._at_work.discard(cast(asyncio.Task[None], asyncio.current_task()))

    async def _converse(
        self, wire: Wire | None, transaction: Transaction
    ) -> tuple[Wire | None, Transaction | None]:
        """Sends it and what follows; the connection if it is still good, and what has to go over another.

        A kept connection may have died unnoticed, and a server may close one on which it has taken enough:
        what it had not taken note of surely did not leave, and gets exactly one more try, on a new one.
        """
        kept = wire
        try:
            wire = wire or await self._connector.open()
            untouched = await wire.send(transaction, following=self._next)
        except BaseException as error:
            transaction.fail(error)
            if not isinstance(error, Exception):
                raise
            return None, None
        if wire.is_usable:
            return wire, None
        wire.cut("not to be used again")
        if untouched and untouched.transaction is transaction and not kept:
            transaction.end(untouched.outcome)
            return None, None
        return None, untouched.transaction if untouched else None

    def _next(self) -> Transaction | None:
        while self._waiting:
            transaction = self._waiting.popleft()
            if not transaction.is_over:
                return transaction
        return None

    def _rested(self) -> Wire | None:
        while self._resting:
            _, wire = self._resting.pop()  # the one used last is the likeliest to be alive
            if wire.is_usable:
                return wire
            wire.cut("closed while idle")
        return None

    def _rest(self, wire: Wire) -> None:
        loop = asyncio.get_running_loop()
        self._resting.append((loop.time(), wire))
        if self._sweep is None:
            self._sweep = loop.call_later(self._idle, self._close_idle)

    def _close_idle(self) -> None:
        loop = asyncio.get_running_loop()
        tired = [(since, wire) for since, wire in self._resting if loop.time() - since >= self._idle]
        self._resting = self._resting[len(tired) :]
        for _, wire in tired:
            wire.hang_up()
        self._sweep = None
        if self._resting:
            wait = self._idle - (loop.time() - self._resting[0][0])
            self._sweep = loop.call_later(wait, self._close_idle)
