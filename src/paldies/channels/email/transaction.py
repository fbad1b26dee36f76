"""One message that waits for a connection, or is on its way over one."""

import asyncio
from dataclasses import dataclass

from paldies.channels.email.envelope import Envelope
from paldies.channels.email.outcomes import Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Transaction:
    """`deadline` (monotonic clock): not to be begun after it. `outcome`: how it ended, for whoever waits."""

    envelope: Envelope
    deadline: float
    outcome: "asyncio.Future[Outcome]"

    @property
    def is_over(self) -> bool:
        """It has ended, or whoever handed it in was cancelled."""
        return self.outcome.done()

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
