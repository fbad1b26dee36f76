"""How much one transaction takes on, so that others need not wait long for the next."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

_AT_MOST = 0.04  # seconds: a transaction ends within 50 ms
# Whoever waits for SQLite's only lock looks again every 25 ms, then more and more seldom: who comes back for
# it at once, hundreds of times, keeps everybody else out until they give up.
A_TURN = 0.025


class Pace:
    """Smaller pieces after one that took too long, larger ones again while there is time to spare."""

    def __init__(self, *, first: int, most: int, least: int = 1, rest: float = 0.0) -> None:
        """`least`: what takes hardly longer than nothing; `rest`: seconds between two pieces."""
        self.size = first
        self._most = most
        self._least = least
        self._rest = rest
        self._has_begun = False

    @contextmanager
    def piece(self) -> Iterator[int]:
        """Of how many; the block is the transaction."""
        if self._has_begun:
            time.sleep(self._rest)
        self._has_begun = True
        began = time.perf_counter()
        yield self.size
        self.note(time.perf_counter() - began)

    def note(self, seconds: float) -> None:
        """How long the last piece took."""
        if seconds > _AT_MOST:
            self.size = max(self._least, self.size // 2)
        elif seconds < _AT_MOST / 3:
            self.size = min(self._most, self.size * 2)
