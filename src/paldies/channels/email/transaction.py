"""One message that waits for a connection, or is on its way over one."""

import asyncio
from dataclasses import dataclass

from paldies.channels.email.envelope import Envelope
from paldies.channels.email.outcomes import Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Transaction:
    """`deadline` (monotonic clock): not to be begun after it. `outcome`: how it ended, for whoever waits.

    `exits`: as many texts may be out without its being on record what became of them, for a crash could
    double each. `written`: done once that is so for this one; None if nobody keeps a record.
    """

    envelope: Envelope
    deadline: float
    outcome: "asyncio.Future[Outcome]"
    exits: asyncio.Semaphore
    written: "asyncio.Future[None] | None" = None

    @property
    def is_over(self) -> bool:
        """It has ended, or whoever handed it in was cancelled."""
        return self.outcome.done()

    async def leave(self, patience: float) -> None:
        """Waits for its turn, `patience` seconds at most. Raises TimeoutError."""
        if self.exits.locked():
            await asyncio.wait_for(self.exits.acquire(), patience)
        else:
            await self.exits.acquire()
        (self.written or self.outcome).add_done_callback(lambda _: self.exits.release())

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
