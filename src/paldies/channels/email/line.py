"""The line to a mail server: what is written to it, and the replies that come back in their order."""

import asyncio

from paldies.channels.email.outcomes import Reply
from paldies.channels.email.replies import ReplyError, ReplyReader


class LineCut(Exception):
    """The line is gone."""

    def __init__(self, why: str, reply: Reply | None = None) -> None:
        super().__init__(why)
        self.reply = reply


class Line(asyncio.Protocol):
    """Takes the transport over from whoever opened it; no await may stand between its last reply and this."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._reader = ReplyReader()
        self._replies = self._reader.replies
        self._waiter: asyncio.Future[None] | None = None
        self._wait_lasts = 0.0  # seconds that the present wait may take
        self._wait_ends = 0.0  # loop time
        self._alarm: asyncio.TimerHandle | None = None
        self._lost = ""  # why the line is gone; empty while it is not
        self._is_paused = False
        transport.set_protocol(self)
        # Paused then means "not everything is handed on yet"; high=0 would pause asyncio's TLS for ever.
        transport.set_write_buffer_limits(high=1, low=0)

    @property
    def is_usable(self) -> bool:
        """Whether a transaction may begin: connected, and nothing said that nobody asked for."""
        return self._reader.is_empty and not self._lost and not self._transport.is_closing()

    def cut(self, why: str) -> None:
        self._lost = self._lost or why
        self._transport.abort()
        self._wake()

    # for whoever speaks

    async def _reply(self, patience: float) -> Reply:
        """Raises LineCut."""
        while not self._replies:
            if self._lost:
                raise LineCut(self._lost)
            await self._wait(patience)
        return self._replies.popleft()

    async def _is_handed_on(self, patience: float) -> bool:
        """Whether all that was written has left our buffer, before the server said anything about it."""
        while self._is_paused and not self._lost and not self._replies:
            await self._wait(patience)
        return not self._is_paused

    # waiting

    async def _wait(self, patience: float) -> None:
        """Until something happens; the line is cut if nothing does."""
        self._waiter = self._loop.create_future()
        self._wait_lasts = patience
        self._wait_ends = self._loop.time() + patience
        if self._alarm and self._alarm.when() > self._wait_ends:
            self._alarm.cancel()
            self._alarm = None
        if self._alarm is None:
            self._alarm = self._loop.call_at(self._wait_ends, self._ring)
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _ring(self) -> None:
        """One alarm outlives many waits: to set and to cancel one for each took longer than the waits."""
        self._alarm = None
        if self._waiter is None:
            return
        if self._loop.time() < self._wait_ends:
            self._alarm = self._loop.call_at(self._wait_ends, self._ring)
        else:
            self.cut(f"no answer within {self._wait_lasts:g} s")

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    # asyncio.Protocol

    def data_received(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
        except ReplyError as error:
            self.cut(str(error))
        if self._replies:
            self._wake()

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = self._lost or (f"the connection broke: {exc}" if exc else "the server hung up")
        if self._alarm:
            self._alarm.cancel()
        self._wake()
