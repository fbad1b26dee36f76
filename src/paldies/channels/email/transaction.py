"""One message that waits for a connection, or is on its way over one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from paldies.channels.email.envelope import Envelope
from paldies.channels.email.exits import Exits
from paldies.channels.email.outcomes import Outcome


@dataclass(slots=True, eq=False)
class Transaction:
    """`deadline` (monotonic clock): not to be begun after it. `outcome`: how it ended, for whoever waits.

    `exits`: one is taken until it is on record what became of it. `written`: done once that is so; None if
    nobody keeps a record.
    """

    envelope: Envelope
    deadline: float
    outcome: "asyncio.Future[Outcome]"
    exits: Exits
    written: "asyncio.Future[None] | None" = None

    @property
    def is_over(self) -> bool:
        """It has ended, or whoever handed it in was cancelled."""
        return self.outcome.done()

    def may_leave(self, call: Callable[[], None]) -> bool:
        """Whether it is its turn; if not, `call` is called when it is worth asking again."""
        if not self.exits.take(call):
            return False
        (self.written or self.outcome).add_done_callback(self.exits.give_back)
        return True

    def end(self, outcome: Outcome) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def fail(self, error: BaseException) -> None:
        """Whoever waits is told as by an exception of their own call."""
        if self.outcome.done():
            return
        if isinstance(error, asyncio.CancelledError):
            self.outcome.cancel()
        else:
            self.outcome.set_exception(error)
