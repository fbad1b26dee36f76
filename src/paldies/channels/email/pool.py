"""Kept connections to one mail server."""

import asyncio

from paldies.channels.email.connection import Connector
from paldies.channels.email.envelope import Envelope
from paldies.channels.email.outcomes import NotSent, Outcome, Stage
from paldies.channels.email.wire import Wire

_BEFORE_ANYTHING = frozenset({Stage.IDLE, Stage.RESET, Stage.MAIL})


class Pool:
    """At most `size` connections, opened when needed and closed after `idle` seconds without work."""

    def __init__(self, connector: Connector, *, size: int, idle: float = 30.0) -> None:
        self._connector = connector
        self._turns = asyncio.Semaphore(size)
        self._idle = idle
        self._resting: list[tuple[float, Wire]] = []  # since when (loop time); the latest last
        self._sweep: asyncio.TimerHandle | None = None

    async def send(self, envelope: Envelope, *, deadline: float = float("inf")) -> Outcome:
        """One transaction. Raises DeliveryError if no connection can be had.

        A kept connection may have died unnoticed: if it fails before anything was said on it, the message
        surely did not leave and gets exactly one more try, on a new connection.
        """
        async with self._turns:
            if wire := self._rested():
                outcome = await self._use(wire, envelope, deadline=deadline)
                if not (isinstance(outcome, NotSent) and outcome.stage in _BEFORE_ANYTHING):
                    return outcome
            return await self._use(await self._connector.open(), envelope, deadline=deadline)

    async def close(self) -> None:
        """Says good-bye on every connection that is not in use."""
        if self._sweep:
            self._sweep.cancel()
            self._sweep = None
        wires = [wire for _, wire in self._resting]
        self._resting.clear()
        await asyncio.gather(*(wire.quit() for wire in wires))

    def _rested(self) -> Wire | None:
        while self._resting:
            _, wire = self._resting.pop()  # the one used last is the likeliest to be alive
            if wire.is_usable:
                return wire
            wire.cut("closed while idle")
        return None

    async def _use(self, wire: Wire, envelope: Envelope, *, deadline: float) -> Outcome:
        outcome = await wire.send(envelope, deadline=deadline)
        if wire.is_usable:
            self._rest(wire)
        else:
            wire.cut("not to be used again")
        return outcome

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
