"""How much one transaction takes on, so that others need not wait long for the next."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

_AT_MOST = 0.04  # seconds: a transaction ends within 50 ms


class Pace:
    """Smaller pieces after one that took too long, larger ones again while there is time to spare."""

    def __init__(self, *, first: int, most: int) -> None:
        self.size = first
        self._most = most

    @contextmanager
    def piece(self) -> Iterator[int]:
        """Of how many; the block is the transaction."""
        began = time.perf_counter()
        yield self.size
        self.note(time.perf_counter() - began)

    def note(self, seconds: float) -> None:
        """How long the last piece took."""
        if seconds > _AT_MOST:
            self.size = max(1, self.size // 2)
        elif seconds < _AT_MOST / 3:
            self.size = min(self._most, self.size * 2)
