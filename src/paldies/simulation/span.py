"""The time that is simulated, and how often somebody looks in it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """What happened before is history; after its end, only what is under way goes on.

    `look_every` 0: whenever something happens.
    """

    begins_at: datetime
    ends_at: datetime
    look_every: timedelta = timedelta(0)

    def look_at(self, moment: datetime) -> datetime:
        """The first look that is not before `moment`."""
        if not self.look_every:
            return moment
        return moment + (_EPOCH - moment) % self.look_every
