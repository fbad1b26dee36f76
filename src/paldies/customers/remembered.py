"""Answers about short texts, kept: many orders name the same places, and one order comes back many times."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_KEPT = 4096
_LONGEST = 300  # characters altogether: what a shop sends may be of any length, and is not to fill the memory


def remembered(f: Callable[P, T]) -> Callable[P, T]:
    """Of a function of texts whose answer depends on nothing else."""

    @lru_cache(_KEPT)
    def kept(*args: P.args, **kwargs: P.kwargs) -> T:
        if sum(map(len, (*args, *kwargs.values()))) > _LONGEST:  # type: ignore[arg-type]
            raise _TooLong  # of what is raised nothing is kept
        return f(*args, **kwargs)

    @wraps(f)
    def answer(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return kept(*args, **kwargs)  # type: ignore[arg-type]
        except _TooLong:
            return f(*args, **kwargs)

    return answer


class _TooLong(Exception):
    """What is asked about is not kept."""
