"""How much is measured: enough to try it, a quarter of an hour, or as long as it takes."""

from enum import StrEnum


class Size(StrEnum):
    QUICK = "quick"
    USUAL = "usual"
    LONG = "long"

    def of(self, quick: int, usual: int, long: int) -> int:
        return {Size.QUICK: quick, Size.USUAL: usual, Size.LONG: long}[self]
