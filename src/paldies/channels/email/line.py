"""The line to a mail server: what is written to it, and the replies that come back in their order."""

import asyncio
from collections.abc import Generator
from typing import Any, TypeVar

from paldies.channels.email.outcomes import Reply
from paldies.channels.email.replies import ReplyError, ReplyReader

_T = TypeVar("_T")
Conversation = Generator[float, None, _T]  # yields for how many seconds it will wait


class LineCut(Exception):
    """The line is gone."""

    def __init__(self, why: str, reply: Reply | None = None) -> None:
        super().__init__(why)
        self.reply = reply


class Line(asyncio.Protocol):
    """Takes the transport over from whoever opened it; no await may stand between its last reply and this.

    What happens on the line resumes the conversation there and then: to await a future for each reply, as
    a task would, took 20 µs more for every message.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._reader = ReplyReader()
        self._replies = self._reader.replies
        self._conversation: Conversation[object] | None = None  # the one that waits
        self._end: asyncio.Future[Any] = self._loop.create_future()  # its result
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

    # for whoever speaks

    async def _hold(self, conversation: Conversation[_T]) -> _T:
        """Through to its end; one at a time. When cancelled, it ends where it is."""
        end: asyncio.Future[_T] = self._loop.create_future()
        self._conversation, self._end = conversation, end
        self._go_on()
        try:
            return await end
        finally:
            self._conversation = None
            conversation.close()

    def _reply(self, patience: float) -> Conversation[Reply]:
        """Raises LineCut."""
        while not self._replies:
            if self._lost:
                raise LineCut(self._lost)
            yield patience
        return self._replies.popleft()

    def _is_handed_on(self, patience: float) -> Conversation[bool]:
        """Whether all that was written has left our buffer, before the server said anything about it."""
        while self._is_paused and not self._lost and not self._replies:
            yield patience
        return not self._is_paused

    # waiting

    def _go_on(self) -> None:
        """Something happened: the conversation sees for itself whether it was that what it waits for."""
        conversation, self._conversation = self._conversation, None  # nothing that it does resumes it
        if conversation is None or self._end.done():
            return
        try:
            patience = next(conversation)
        except StopIteration as end:
            self._end.set_result(end.value)
        except Exception as error:
            self._end.set_exception(error)
        else:
            self._conversation = conversation
            self._wait(patience)

    def _wait(self, patience: float) -> None:
        """The line is cut if nothing happens in that time."""
        self._wait_lasts = patience
        self._wait_ends = self._loop.time() + patience
        if self._alarm and self._alarm.when() > self._wait_ends:
            self._alarm.cancel()
            self._alarm = None
        if self._alarm is None:
            self._alarm = self._loop.call_at(self._wait_ends, self._ring)

    def _ring(self) -> None:
        """One alarm outlives many waits: to set and to cancel one for each took longer than the waits."""
        self._alarm = None
        if self._conversation is None:
            return
        if self._loop.time() < self._wait_ends:
            self._alarm = self._loop.call_at(self._wait_ends, self._ring)
        else:
            self.cut(f"nothing happened for {self._wait_lasts:g} s")
            self._go_on()

    # asyncio.Protocol

    def data_received(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
        except ReplyError as error:
            self.cut(str(error))
        if self._replies or self._lost:
            self._go_on()

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = self._lost or (f"the connection broke: {exc}" if exc else "the server hung up")
        if self._alarm:
            self._alarm.cancel()
        self._go_on()
