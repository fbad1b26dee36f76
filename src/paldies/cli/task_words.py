"""What staff type about their tasks, as the words that the house knows."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

import typer

from paldies.campaigns.faults import suggestion
from paldies.campaigns.words import TaskOutcome
from paldies.replies.later import moment
from paldies.replies.tasks import OUTCOMES

W = TypeVar("W", bound=StrEnum)


class Due(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    TOMORROW = "tomorrow"


def known_word(text: str, words: type[W], place: str) -> W:
    """Also as people write it: `wrong number`. Raises BadParameter."""
    return _chosen(text, list(words), place)


def outcome_of(text: str, number: int) -> TaskOutcome:
    """What a person may say of a task. Raises BadParameter."""
    if text.strip().lower() == "later":
        raise typer.BadParameter(f"for later, say when: paldies tasks snooze {number} 2h")
    return _chosen(text, OUTCOMES, "OUTCOME")


def outcomes() -> str:
    """The words to choose from."""
    return ", ".join(OUTCOMES)


def end_of(due: Due, now: datetime, zone: ZoneInfo) -> datetime:
    """On the shop's calendar, as staff plan their day by it."""
    if due is Due.OVERDUE:
        return now
    today = now.astimezone(zone).date()
    return datetime.combine(today + timedelta(days=1 if due is Due.TODAY else 2), time.min, zone)


def later(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """In UTC. Raises BadParameter."""
    try:
        return moment(text, now, zone)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _chosen(text: str, words: Sequence[W], place: str) -> W:
    word = text.strip().lower().replace(" ", "_").replace("-", "_")
    known = {each.value: each for each in words}
    if word not in known:
        raise typer.BadParameter(f"{place}: {text!r} is not known; {suggestion(word, known)}")
    return known[word]
