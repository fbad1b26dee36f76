"""Messages that are filled in one right after another, as soon as one of them is wanted."""

from types import SimpleNamespace
from typing import Any

from paldies.campaigns.decisions import Hold
from paldies.campaigns.reasons import Reason
from paldies.outbox.tray import on_trays


def ready(number: int) -> Any:
    return SimpleNamespace(brief=SimpleNamespace(waiting=SimpleNamespace(id=number)))


def test_all_on_a_tray_are_filled_in_when_the_first_is_wanted() -> None:
    made: list[int] = []

    def compose(one: Any) -> Any:
        made.append(one.brief.waiting.id)
        return f"text {one.brief.waiting.id}"

    handed_out = list(on_trays([ready(number) for number in range(20)], compose, size=16))

    assert made == []
    third, tray = handed_out[2]
    assert tray.take(third) == "text 2"
    assert made == list(range(16))
    assert [tray.take(one) for one, tray in handed_out[3:5]] == ["text 3", "text 4"]
    assert made == list(range(16))
    last, tray = handed_out[-1]
    assert tray.take(last) == "text 19"
    assert made == list(range(20))


def test_what_cannot_be_filled_in_keeps_nobody_else_on_its_tray() -> None:
    fault: Any = Hold(Reason.TEMPLATE_FAULT, "no name")

    def compose(one: Any) -> Any:
        return fault if one.brief.waiting.id == 1 else "text"

    taken = [
        tray.take(one) for one, tray in on_trays([ready(number) for number in range(3)], compose, size=3)
    ]

    assert taken == ["text", fault, "text"]
