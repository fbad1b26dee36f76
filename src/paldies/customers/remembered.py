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
    kept = lru_cache(_KEPT)(f)

    @wraps(f)
    def answer(*args: P.args, **kwargs: P.kwargs) -> T:
        is_short = sum(map(len, (*args, *kwargs.values()))) <= _LONGEST  # type: ignore[arg-type]
        return kept(*args, **kwargs) if is_short else f(*args, **kwargs)  # type: ignore[arg-type]

    return answer
