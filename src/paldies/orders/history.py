"""What is known of the time before a poll: what is history, and how old at most a guess may be."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from paldies.orders.events import New

JUST_NOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class History:
    """Ends when the shop's first poll began; with `ended_at` None it is still going on, as in an import.

    `known_until`: what the shop knew then, we know; None before the first good poll.
    """

    ended_at: datetime | None = None
    is_first_poll: bool = False
    known_until: datetime | None = None

    def holds(self, event: New, now: datetime) -> bool:
        """At the first poll only an exact time can tell that something is not history.

        Shops tell whole seconds: the very second of the first poll is none. `now` may lie before that poll,
        if the clock was set back: what happens now, or has just happened, is news all the same.
        """
        if self.ended_at is None:
            return True
        if event.happened_at < min(self.ended_at.replace(microsecond=0), now):
            return self.ended_at <= now or now - event.happened_at >= JUST_NOW
        return self.is_first_poll and not event.is_exact

    def not_before(self, event: New, placed_at: datetime | None, now: datetime) -> datetime | None:
        """The earliest moment of an event that happened "when it was first seen"; None if the shop told when.

        `placed_at` is that of an order never seen before: it may have been like this ever since.
        """
        if event.is_exact or event.happened_at != now:
            return None
        return placed_at if placed_at and placed_at < now else self.known_until
