"""What time it is: really, or as a driver says."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Application time; aware, UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SteppedClock:
    """Stands still until it is moved: for replays, in which nothing may depend on how fast the machine is."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Forward only."""
        self._now = max(self._now, moment)
