"""Which rows were handed over lately, as hashes: what has not changed need not be understood again."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any


def fingerprint(row: Iterable[Any]) -> int:
    """64 bits of a row's raw values."""
    return int.from_bytes(blake2b(repr(tuple(row)).encode("utf-8", "replace"), digest_size=8).digest())


class Seen:
    """Remembers at least the last `limit` fingerprints and at most twice as many, at some 70 bytes each.

    What was forgotten is handed over once more, which costs time and changes nothing.
    """

    def __init__(self, limit: int = 100_000) -> None:
        self.limit = limit
        self._young: set[int] = set()
        self._old: set[int] = set()

    def __contains__(self, mark: int) -> bool:
        if mark in self._young:
            return True
        if mark in self._old:
            self.add([mark])  # still in use: it outlives the next change of generations
            return True
        return False

    def add(self, marks: Iterable[int]) -> None:
        self._young.update(marks)
        if len(self._young) >= self.limit:
            self._young, self._old = set(), self._young

    def forget(self) -> None:
        self._young, self._old = set(), set()
