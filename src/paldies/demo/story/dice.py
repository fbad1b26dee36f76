"""Chance that falls the same way for the same seed, on every machine and in every version of Python."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Only `Random.random` is promised to stay the same between versions; everything here rests on it."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a story, not a secret

    def happens(self, probability: float) -> bool:
        return self._random.random() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[int(self._random.random() * len(choices))]

    def some_of(self, choices: Sequence[T], count: int) -> list[T]:
        """Different ones, in the order of the choices."""
        left = list(range(len(choices)))
        drawn = sorted(left.pop(int(self._random.random() * len(left))) for _ in range(count))
        return [choices[index] for index in drawn]

    def span(self, low: timedelta, high: timedelta) -> timedelta:
        """A span of time in whole seconds."""
        return timedelta(seconds=self.between(int(low.total_seconds()), int(high.total_seconds())))
