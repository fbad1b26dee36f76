"""Which events lie before the shop's first good poll, and so start nothing."""

from dataclasses import dataclass
from datetime import datetime

from paldies.orders.events import New


@dataclass(frozen=True, slots=True)
class History:
    """Ends when the shop's first poll began; with `ended_at` None it is still going on, as in an import."""

    ended_at: datetime | None = None
    is_first_poll: bool = False

    def holds(self, event: New) -> bool:
        """At the first poll only an exact time can tell that something is not history."""
        if self.ended_at is None or event.happened_at < self.ended_at:
            return True
        return self.is_first_poll and not event.is_exact
