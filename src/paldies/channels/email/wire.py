"""SMTP transactions, one after another, on a connection that is open, secured and logged in.

The point of no return is the final dot of a text: as long as it waits in our buffer, surely nothing was sent,
and what goes wrong later leaves a doubt. Behind a long text, nothing is written before all of it has been
handed to the network: as long as any byte waits, the dot does.

Where the server allows it (RFC 2920), MAIL, RCPT and DATA leave together, right behind the text of the
message before: each message costs one round trip. What was only introduced has surely not been sent.
Behind a short text, which the network takes whole, they leave in the same write, as each costs some 20 µs.
Should it not be taken whole, nobody could say whose bytes wait: the dot counts as gone.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

from paldies.channels.email.extensions import Extensions
from paldies.channels.email.introduction import SAID, introduction
from paldies.channels.email.line import Conversation, Line, LineCut
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
from paldies.channels.email.untouched import Untouched, is_untouched
from paldies.faults import Point, reach

Following = Callable[[], Transaction | None]

_SHORT = 16 * 1024  # bytes; every system takes as many at once on a line on which all is answered


def nothing() -> None:
    """What follows the only message that there is."""


class Wire(Line):
    """What is said to the server, and what its answers mean."""

    def __init__(self, transport: asyncio.Transport, extensions: Extensions, *, patience: Patience) -> None:
        super().__init__(transport)
        self._extensions = extensions
        self._patience = patience
        self._stage = Stage.IDLE
        self._present: Transaction
        self._ahead: Transaction | None = None  # introduced behind the text of the one before it
        self._is_dirty = False  # a transaction that was refused has to be reset before the next

    async def send(self, transaction: Transaction, following: Following = nothing) -> Untouched | None:
        """Sends it and, without a pause, those that follow it; ends all that the line did not fail.

        Never wrap it in wait_for: it keeps its own time. When cancelled, it cuts the line.
        """
        self._present = transaction
        try:
            outcome = await self._hold(self._send_on(following))
        except BaseException as error:
            self.cut("cancelled")  # the server's next reply would be taken for another message's
            self._present.fail(error)
            if self._ahead:
                self._ahead.fail(error)
            raise
        if is_untouched(outcome):
            return Untouched(self._present, outcome)
        self._present.end(outcome)
        return None

    async def quit(self) -> None:
        """Says good-bye and waits, briefly, for the answer."""
        if self.is_usable:
            self._transport.write(b"QUIT\r\n")
            try:
                await self._hold(self._reply(self._patience.quit))
            except LineCut:
                return
        self._transport.close()

    def hang_up(self) -> None:
        """Says good-bye and does not wait."""
        if self.is_usable:
            self._transport.write(b"QUIT\r\n")
        self._transport.close()

    # one transaction

    def _send_on(self, following: Following) -> Conversation[Outcome]:
        """How the last one ended."""
        while True:
            outcome = yield from self._transact(self._present, following)
            if is_untouched(outcome) or not (next_one := self._ahead or following()):
                return outcome
            self._present.end(outcome)
            self._present = next_one

    def _transact(self, present: Transaction, following: Following) -> Conversation[Outcome]:
        commands = SAID
        if present is self._ahead:
            self._ahead = None
        elif unable := self._unable(present):
            return unable
        else:
            commands = introduction(present.envelope, self._extensions, is_dirty=self._is_dirty)
            self._is_dirty = False
            if self._extensions.pipelining:
                self._transport.write(b"".join(commands.values()))
        try:
            refused = yield from self._introduce(commands)
            refused = refused or (yield from self._hand_over(present, following))
            if refused:
                return refused
            return self._answer((yield from self._reply(self._patience.dot)))
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

    def _introduce(self, commands: Mapping[Stage, bytes]) -> Conversation[Refused | None]:
        refused: Refused | None = None
        try:
            for stage, command in commands.items():
                self._stage = stage
                if not self._extensions.pipelining:
                    self._transport.write(command)
                reply = yield from self._reply(self._patience.command)
                self._cut_if_unknown(stage, reply)
                if reply.code < 400:
                    continue
                self._is_dirty = True
                refused = refused or Refused(stage, reply)
                if not self._extensions.pipelining:
                    return refused
            if refused and reply.code == 354:
                yield from self._send_nothing(refused)
        except LineCut:
            if refused is None:
                raise
        return refused

    def _cut_if_unknown(self, stage: Stage, reply: Reply) -> None:
        """Raises LineCut after a reply that the stage does not have: the two sides are out of step."""
        if reply.code == 421:
            self.cut("the server closed the connection")
            raise LineCut(self._lost, reply)
        is_no = reply.code >= 400 and stage is not Stage.RESET
        is_yes = reply.code == 354 if stage is Stage.DATA else 200 <= reply.code < 300
        if not (is_no or is_yes):
            self.cut(f"an answer that {stage} does not have: {reply.code}")
            raise LineCut(self._lost)

    def _send_nothing(self, refused: Refused) -> Conversation[None]:
        """DATA was accepted though nobody is left to send to: a lone dot ends it (RFC 2920 3.1)."""
        if refused.stage is not Stage.RCPT:
            self.cut("DATA was accepted after MAIL FROM was refused")
            return
        self._transport.write(b".\r\n")
        yield from self._reply(self._patience.command)

    # the text

    def _hand_over(self, transaction: Transaction, following: Following) -> Conversation[Refused | None]:
        """Returns None once the final dot is on its way, and the next message is introduced."""
        self._stage = Stage.BODY
        yield from self._wait_its_turn(transaction)
        if self._reader.is_empty:
            reach(Point.BEFORE_DOT)
            self._stop_if_too_late(transaction)
            text = transaction.envelope.data
            behind = self._next_introduced(following) if len(text) <= _SHORT else b""
            self._write(text + behind)
            if behind:
                self._stage = Stage.DOT
            if (yield from self._is_handed_on(self._patience.body)):
                reach(Point.AFTER_DOT)
                self._stage = Stage.DOT
                if self._ahead is None and (behind := self._next_introduced(following)):
                    self._transport.write(behind)
                return None
        early = self._replies[0] if self._replies else None
        self.cut("the server answered before the end of the text")
        if early and early.code >= 400 and early.code != 421:
            return Refused(Stage.BODY, early)
        raise LineCut(self._lost, early)

    def _wait_its_turn(self, transaction: Transaction) -> Conversation[None]:
        """Raises LineCut if it does not come in time: others may hold us for dead then."""
        last = min(transaction.deadline + self._patience.until_text, time.monotonic() + self._patience.body)
        while not transaction.may_leave(self._go_on):
            if self._lost:
                raise LineCut(self._lost)
            yield last - time.monotonic()

    def _stop_if_too_late(self, transaction: Transaction) -> None:
        """Raises LineCut."""
        if time.monotonic() > transaction.deadline + self._patience.until_text:
            self.cut("the time to hand the text over had passed")
        if transaction.is_over:
            self.cut("nobody waits for it any more")
        if self._lost:
            raise LineCut(self._lost)

    def _write(self, data: bytes) -> None:
        """Raises LineCut if the network refused it on the spot: then not a byte of it left."""
        self._transport.write(data)
        if self._lost or self._transport.is_closing():
            raise LineCut(self._lost or "the connection broke")

    def _next_introduced(self, following: Following) -> bytes:
        """Introduces the next message while the answer to this one is awaited (RFC 2920 3.1)."""
        if not self._extensions.pipelining:
            return b""
        while transaction := following():
            if unfit := self._unfit(transaction):
                transaction.end(unfit)
            else:
                self._ahead = transaction
                commands = introduction(transaction.envelope, self._extensions, is_dirty=False)
                return b"".join(commands.values())
        return b""

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
