"""SMTP transactions, one after another, on a connection that is open, secured and logged in.

The point of no return is the final dot of a text. Nothing is written behind it before all of it has been
handed to the network: as long as any byte waits in our buffer, the dot does, and surely nothing was sent.
What goes wrong later leaves a doubt.

Where the server allows it (RFC 2920), MAIL, RCPT and DATA leave together, right behind the text of the
message before: each message costs one round trip. What was only introduced has surely not been sent.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from paldies.channels.email.extensions import Extensions
from paldies.channels.email.line import Line, LineCut
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
from paldies.channels.email.transaction import Transaction
from paldies.faults import Point, reach

Following = Callable[[], Transaction | None]

_BEFORE_ANYTHING = frozenset({Stage.IDLE, Stage.RESET, Stage.MAIL})
# what is left to say for a message that was introduced already
_SAID: Mapping[Stage, bytes] = dict.fromkeys((Stage.MAIL, Stage.RCPT, Stage.DATA), b"")


@dataclass(frozen=True, slots=True)
class Untouched:
    """The line failed before the server had taken note of it; it has not ended."""

    transaction: Transaction
    outcome: NotSent


def nothing() -> None:
    """What follows the only message that there is."""


class Wire(Line):
    """What is said to the server, and what its answers mean."""

    def __init__(self, transport: asyncio.Transport, extensions: Extensions, *, patience: Patience) -> None:
        super().__init__(transport)
        self._extensions = extensions
        self._patience = patience
        self._stage = Stage.IDLE
        self._ahead: Transaction | None = None  # introduced behind the text of the one before it
        self._is_dirty = False  # a transaction that was refused has to be reset before the next

    async def send(self, transaction: Transaction, following: Following = nothing) -> Untouched | None:
        """Sends it and, without a pause, those that follow it; ends all that the line did not fail.

        Never wrap it in wait_for: it keeps its own time. When cancelled, it cuts the line.
        """
        present: Transaction | None = transaction
        try:
            while present:
                outcome = await self._transact(present, following)
                if isinstance(outcome, NotSent) and outcome.stage in _BEFORE_ANYTHING:
                    return Untouched(present, outcome)
                present.end(outcome)
                present = self._ahead or following()
        except BaseException as error:
            self.cut("cancelled")  # the server's next reply would be taken for another message's
            for one in filter(None, (present, self._ahead)):
                one.fail(error)
            raise
        return None

    async def quit(self) -> None:
        """Says good-bye and waits, briefly, for the answer."""
        if self.is_usable:
            self._transport.write(b"QUIT\r\n")
            try:
                await self._reply(self._patience.quit)
            except LineCut:
                return
        self._transport.close()

    def hang_up(self) -> None:
        """Says good-bye and does not wait."""
        if self.is_usable:
            self._transport.write(b"QUIT\r\n")
        self._transport.close()

    # one transaction

    async def _transact(self, present: Transaction, following: Following) -> Outcome:
        commands = _SAID
        if present is self._ahead:
            self._ahead = None
        elif unable := self._unable(present):
            return unable
        else:
            commands = self._begin(present)
        try:
            refused = await self._introduce(commands) or await self._hand_over(present)
            if refused:
                return refused
            self._stage = Stage.DOT
            self._look_ahead(following)
            return self._answer(await self._reply(self._patience.dot))
        except LineCut as cut:
            if self._stage is Stage.DOT:
                return Unanswered(str(cut))
            return NotSent(self._stage, str(cut), cut.reply)

    def _unable(self, transaction: Transaction) -> NotSent | Unfit | None:
        """Why it cannot be begun on this line, or at all."""
        if not self.is_usable:
            said = self._replies[-1] if self._replies else None
            self.cut("the server had closed the connection")
            return NotSent(Stage.IDLE, self._lost, said)
        return self._unfit(transaction)

    def _unfit(self, transaction: Transaction) -> Unfit | None:
        if time.monotonic() > transaction.deadline:
            return Unfit("deadline", "the time to begin sending it had passed")
        return self._extensions.unfit(transaction.envelope)

    def _look_ahead(self, following: Following) -> None:
        """Introduces the next message while the answer to this one is awaited (RFC 2920 3.1)."""
        if not self._extensions.pipelining:
            return
        while self._ahead is None and (transaction := following()):
            if unfit := self._unfit(transaction):
                transaction.end(unfit)
            else:
                self._ahead = transaction
                self._begin(transaction)

    def _begin(self, transaction: Transaction) -> Mapping[Stage, bytes]:
        """RSET if need be, MAIL, RCPT, DATA: on their way at once if the server allows it (RFC 2920)."""
        envelope = transaction.envelope
        commands = {Stage.RESET: b"RSET\r\n"} if self._is_dirty else {}
        parameters = self._extensions.parameters(envelope)
        commands[Stage.MAIL] = f"MAIL FROM:<{envelope.sender}>{parameters}\r\n".encode()
        commands[Stage.RCPT] = f"RCPT TO:<{envelope.recipient}>\r\n".encode()
        commands[Stage.DATA] = b"DATA\r\n"
        self._is_dirty = False
        if self._extensions.pipelining:
            self._transport.write(b"".join(commands.values()))
        return commands

    async def _introduce(self, commands: Mapping[Stage, bytes]) -> Refused | None:
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
        except LineCut:
            if refused is None:
                raise
        return refused

    async def _expected_reply(self, stage: Stage) -> Reply:
        """A reply that the stage knows. After any other the line is cut: the two sides are out of step."""
        reply = await self._reply(self._patience.command)
        if reply.code == 421:
            self.cut("the server closed the connection")
            raise LineCut(self._lost, reply)
        is_no = reply.code >= 400 and stage is not Stage.RESET
        is_yes = reply.code == 354 if stage is Stage.DATA else 200 <= reply.code < 300
        if not (is_no or is_yes):
            self.cut(f"an answer that {stage} does not have: {reply.code}")
            raise LineCut(self._lost)
        return reply

    async def _send_nothing(self, refused: Refused) -> None:
        """DATA was accepted though nobody is left to send to: a lone dot ends it (RFC 2920 3.1)."""
        if refused.stage is not Stage.RCPT:
            self.cut("DATA was accepted after MAIL FROM was refused")
            return
        self._transport.write(b".\r\n")
        await self._reply(self._patience.command)

    async def _hand_over(self, transaction: Transaction) -> Refused | None:
        """Returns None once the final dot is on its way."""
        self._stage = Stage.BODY
        await self._wait_its_turn(transaction)
        if self._reader.is_empty:
            reach(Point.BEFORE_DOT)
            self._write(transaction)
            if await self._is_handed_on(self._patience.body):
                reach(Point.AFTER_DOT)
                return None
        early = self._replies[0] if self._replies else None
        self.cut("the server answered before the end of the text")
        if early and early.code >= 400 and early.code != 421:
            return Refused(Stage.BODY, early)
        raise LineCut(self._lost, early)

    async def _wait_its_turn(self, transaction: Transaction) -> None:
        """Raises LineCut if it does not come in time: others may hold us for dead then."""
        left = transaction.deadline + self._patience.until_text - time.monotonic()
        try:
            await transaction.leave(min(left, self._patience.body))
        except TimeoutError:
            self.cut("the time to hand the text over had passed")
            raise LineCut(self._lost) from None

    def _write(self, transaction: Transaction) -> None:
        """Raises LineCut if the network refused it on the spot: then not a byte of it left."""
        if time.monotonic() > transaction.deadline + self._patience.until_text:
            self.cut("the time to hand the text over had passed")
        if transaction.is_over:
            self.cut("nobody waits for it any more")
        if not self._lost:
            self._transport.write(transaction.envelope.data)
        if self._lost or self._transport.is_closing():
            raise LineCut(self._lost or "the connection broke")

    def _answer(self, reply: Reply) -> Outcome:
        """To the final dot. Whatever it is, the server has forgotten the transaction (RFC 5321 4.1.1.4)."""
        if 200 <= reply.code < 300:
            return Accepted(reply)
        if reply.code < 400:
            self.cut(f"an answer that the end of a text does not have: {reply.code}")
            return Unanswered(self._lost)
        if reply.code == 421:
            self.cut("the server closed the connection")
        return Refused(Stage.DOT, reply)
