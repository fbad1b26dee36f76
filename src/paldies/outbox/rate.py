"""How many messages a channel may take now."""

import re
from datetime import datetime, timedelta

# As long as it is from one look to the next. What a whole second brings, saved up while nobody wanted it,
# would let half as much again go in the second after a rest; a server that counts would refuse that.
HOLDS = timedelta(seconds=0.5)
_UNITS = {"s": 1, "m": 60, "h": 3600}
_SPREAD = 0.8  # of the time from one look to the next
_TOO_FAST = 500  # messages a second


class RateError(ValueError):
    """Not a rate like "14/s"."""


class Rate:
    """A token bucket that holds one message at least."""

    def __init__(self, text: str, *, holds: timedelta = HOLDS) -> None:
        """`holds`: how long tokens gather. Whoever looks more rarely gets what came together since."""
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*/\s*([smh])\s*", text)
        if not match or not float(match[1]):
            raise RateError(f'{text!r} is not a rate: write for example "14/s", "300/m" or "1000/h"')
        self.per_second = float(match[1]) / _UNITS[match[2]]
        self._capacity = max(1.0, self.per_second * holds.total_seconds())
        self._tokens = self._capacity
        self._filled_at: datetime | None = None

    @property
    def gap(self) -> float:
        """Seconds from one message to the next, for a server that counts and refuses a burst.

        What a bucket holds goes well within the time until the next look; 0 if that is too short to wait for.
        """
        return _SPREAD / self.per_second if self.per_second < _TOO_FAST else 0.0

    def take(self, wanted: int, now: datetime) -> int:
        """As many tokens as there are, up to `wanted`."""
        if self._filled_at is not None:
            passed = max(0.0, (now - self._filled_at).total_seconds())  # a clock set back refills nothing
            self._tokens = min(self._capacity, self._tokens + passed * self.per_second)
        self._filled_at = now
        taken = min(wanted, int(self._tokens))
        self._tokens -= taken
        return taken

    def give_back(self, unused: int) -> None:
        self._tokens = min(self._capacity, self._tokens + unused)
