"""One SMTP transaction at a time, on a connection that is open, secured and logged in.

The point of no return is the final dot, the last byte of all to be handed to the network: as long as any byte
waits in our buffer, the dot does, and surely nothing was sent. What goes wrong later leaves a doubt.
"""

import asyncio
import time

from paldies.channels.email.envelope import Envelope
from paldies.channels.email.extensions import Extensions
from paldies.channels.email.outcomes import (
    Accepted,
    NotSent,
    Outcome,
    Refused,
    Reply,
    Stage,
    Unanswered,
    Unfit,
)
from paldies.channels.email.patience import Patience
from paldies.channels.email.replies import ReplyError, ReplyReader
from paldies.faults import Point, reach


class _Cut(Exception):
    """The line is gone."""

    def __init__(self, why: str, reply: Reply | None = None) -> None:
        super().__init__(why)
        self.reply = reply


class Wire(asyncio.Protocol):
    """Takes the transport over from whoever opened it; no await may stand between its last reply and this."""

    def __init__(self, transport: asyncio.Transport, extensions: Extensions, *, patience: Patience) -> None:
        self._transport = transport
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._extensions = extensions
        self._reader = ReplyReader()
        self._replies = self._reader.replies
        self._waiter: asyncio.Future[None] | None = None
        self._stage = Stage.IDLE
        self._text_by = float("inf")  # monotonic clock
        self._lost = ""  # why the line is gone; empty while it is not
        self._is_dirty = False  # a refused transaction has to be reset before the next
        self._is_paused = False
        transport.set_protocol(self)
        # Paused then means "not everything is handed on yet"; high=0 would pause asyncio's TLS for ever.
        transport.set_write_buffer_limits(high=1, low=0)

    @property
    def is_usable(self) -> bool:
        """Whether a transaction may begin: connected, and nothing said that nobody asked for."""
        return self._reader.is_empty and not self._lost and not self._transport.is_closing()

    async def send(self, envelope: Envelope, *, deadline: float = float("inf")) -> Outcome:
        """One transaction, which is not begun after `deadline` (monotonic clock).

        Never wrap it in wait_for: it keeps its own time. When cancelled, it cuts the line.
        """
        if unfit := self._extensions.unfit(envelope):
            return unfit
        if not self.is_usable:
            said = self._replies[-1] if self._replies else None
            self.cut("the server had closed the connection")
            return NotSent(Stage.IDLE, self._lost, said)
        if time.monotonic() > deadline:
            return Unfit("deadline", "the time to begin sending it had passed")
        self._text_by = deadline + self._patience.until_text
        try:
            return await self._transact(envelope)
        except BaseException:
            self.cut("cancelled")  # the server's next reply would be taken for another message's
            raise

    async def quit(self) -> None:
        """Says good-bye and waits, briefly, for the answer."""
        if self.is_usable:
            self._transport.write(b"QUIT\r\n")
            try:
                await self._reply(self._patience.quit)
            except _Cut:
                return
        self._transport.close()

    def hang_up(self) -> None:
        """Says good-bye and does not wait."""
        if self.is_usable:
            self._transport.write(b"QUIT\r\n")
        self._transport.close()

    def cut(self, why: str) -> None:
        self._lost = self._lost or why
        self._transport.abort()
        self._wake()

    # the transaction

    async def _transact(self, envelope: Envelope) -> Outcome:
        try:
            refused = await self._introduce(envelope) or await self._hand_over(envelope.data)
        except _Cut as cut:
            return NotSent(self._stage, str(cut), cut.reply)
        if refused:
            return refused
        self._stage = Stage.DOT
        try:
            reply = await self._reply(self._patience.dot)
        except _Cut as cut:
            return Unanswered(str(cut))
        return self._answer(reply)

    async def _introduce(self, envelope: Envelope) -> Refused | None:
        """RSET if need be, MAIL, RCPT, DATA: all at once where the server allows it (RFC 2920)."""
        commands = self._commands(envelope)
        if self._extensions.pipelining:
            self._transport.write(b"".join(commands.values()))
        refused: Refused | None = None
        try:
            for stage, command in commands.items():
                self._stage = stage
                if not self._extensions.pipelining:
                    self._transport.write(command)
                reply = await self._expected_reply(stage)
                if reply.code < 400:
                    continue
                self._is_dirty = True
                refused = refused or Refused(stage, reply)
                if not self._extensions.pipelining:
                    return refused
            if refused and reply.code == 354:
                await self._send_nothing(refused)
        except _Cut:
            if refused is None:
                raise
        return refused

    def _commands(self, envelope: Envelope) -> dict[Stage, bytes]:
        parameters = self._extensions.parameters(envelope)
        commands = {Stage.RESET: b"RSET\r\n"} if self._is_dirty else {}
        commands[Stage.MAIL] = f"MAIL FROM:<{envelope.sender}>{parameters}\r\n".encode()
        commands[Stage.RCPT] = f"RCPT TO:<{envelope.recipient}>\r\n".encode()
        commands[Stage.DATA] = b"DATA\r\n"
        self._is_dirty = False
        return commands

    async def _expected_reply(self, stage: Stage) -> Reply:
        """A reply that the stage knows. After any other the line is cut: the two sides are out of step."""
        reply = await self._reply(self._patience.command)
        if reply.code == 421:
            self.cut("the server closed the connection")
            raise _Cut(self._lost, reply)
        is_no = reply.code >= 400 and stage is not Stage.RESET
        is_yes = reply.code == 354 if stage is Stage.DATA else 200 <= reply.code < 300
        if not (is_no or is_yes):
            self.cut(f"an answer that {stage} does not have: {reply.code}")
            raise _Cut(self._lost)
        return reply

    async def _send_nothing(self, refused: Refused) -> None:
        """DATA was accepted though nobody is left to send to: a lone dot ends it (RFC 2920 3.1)."""
        if refused.stage is not Stage.RCPT:
            self.cut("DATA was accepted after MAIL FROM was refused")
            return
        self._transport.write(b".\r\n")
        await self._reply(self._patience.command)

    async def _hand_over(self, data: bytes) -> Refused | None:
        """Returns None once the final dot is on its way."""
        self._stage = Stage.BODY
        if self._reader.is_empty:
            reach(Point.BEFORE_DOT)
            self._write(data)
            while self._is_paused and not self._lost and not self._replies:
                await self._wait(self._patience.body)
            if not self._is_paused:
                reach(Point.AFTER_DOT)
                return None
        early = self._replies[0] if self._replies else None
        self.cut("the server answered before the end of the text")
        if early and early.code >= 400 and early.code != 421:
            return Refused(Stage.BODY, early)
        raise _Cut(self._lost, early)

    def _write(self, data: bytes) -> None:
        """Raises _Cut if the network refused it on the spot: then not a byte of it left."""
        if time.monotonic() > self._text_by:  # whoever was stopped for that long may be held for dead
            self.cut("the time to hand the text over had passed")
        if not self._lost:
            self._transport.write(data)
        if self._lost or self._transport.is_closing():
            raise _Cut(self._lost or "the connection broke")

    def _answer(self, reply: Reply) -> Outcome:
        if 200 <= reply.code < 300:
            return Accepted(reply)
        if reply.code < 400:
            self.cut(f"an answer that the end of a text does not have: {reply.code}")
            return Unanswered(self._lost)
        if reply.code == 421:
            self.cut("the server closed the connection")
        self._is_dirty = True
        return Refused(Stage.DOT, reply)

    # replies

    async def _reply(self, patience: float) -> Reply:
        while not self._replies:
            if self._lost:
                raise _Cut(self._lost)
            await self._wait(patience)
        return self._replies.popleft()

    async def _wait(self, patience: float) -> None:
        """Until something happens; the line is cut if nothing does."""
        self._waiter = self._loop.create_future()
        alarm = self._loop.call_later(patience, self.cut, f"no answer within {patience:g} s")
        try:
            await self._waiter
        finally:
            alarm.cancel()
            self._waiter = None

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
        self._wake()
