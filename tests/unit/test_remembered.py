"""Answers that are kept, and those that are too long to be."""

from paldies.customers.remembered import remembered


def test_a_short_question_is_answered_once() -> None:
    asked: list[str] = []

    @remembered
    def upper(text: str) -> str:
        asked.append(text)
        return text.upper()

    answers = [upper("rīga"), upper("rīga")]

    assert (answers, asked) == (["RĪGA", "RĪGA"], ["rīga"])


def test_a_long_question_is_answered_and_not_kept() -> None:
    asked: list[str] = []

    @remembered
    def size(text: str) -> int:
        asked.append(text)
        return len(text)

    answers = [size("x" * 40_000), size("x" * 40_000)]

    assert (answers, len(asked)) == ([40_000, 40_000], 2)
