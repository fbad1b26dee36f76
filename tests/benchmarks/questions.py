"""What is asked: each question measures something, and tells what it has found."""

from collections.abc import Mapping
from typing import Protocol, cast

from tests.benchmarks import (
    far_away,
    growth,
    hooks,
    limited,
    more_connections,
    planning,
    rates,
    side_by_side,
    simulated,
    workers,
)
from tests.benchmarks.answers import Answer, Found
from tests.benchmarks.sizes import Size


class Question(Protocol):
    TITLE: str

    def ask(self, size: Size) -> Found: ...

    def tell(self, found: Found) -> Answer: ...


QUESTIONS: Mapping[str, Question] = {
    module.__name__.rpartition(".")[2]: cast(Question, module)
    for module in (
        side_by_side,
        more_connections,
        far_away,
        limited,
        workers,
        rates,
        hooks,
        planning,
        growth,
        simulated,
    )
}
