"""The languages of the pages: which one to use, and what is said in it."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time

from paldies.templates.locales import UNMARKED, conventions, language


def pick(locales: Iterable[str], accepted: str, home: str) -> str:
    """The first language that there are phrases in: of `locales`, of what the browser accepts, of the shop.

    `accepted` is an Accept-Language header (RFC 9110, section 12.5.4).
    """
    wanted = (*locales, *_by_preference(accepted), home)
    return next((each for each in map(language, wanted) if each in _phrases()), UNMARKED)


def say(language: str, name: str) -> str:
    return _phrases()[language][name]


def moment(language: str, at: datetime, *, zone: str, home_zone: str) -> str:
    """A day and an hour on the wall clock of `zone`; said to be so where the shop's own clock differs."""
    there = at.astimezone(ZoneInfo(zone))
    locale = conventions(language)
    plain = there.replace(tzinfo=None)
    day = f"{format_date(plain, 'EEEE', locale=locale)}, {format_skeleton('MMMMd', plain, locale=locale)}"
    hour = format_time(plain, "short", locale=locale)
    differs = there.utcoffset() != at.astimezone(ZoneInfo(home_zone)).utcoffset()
    return f"{day}, {hour}" + (f" ({say(language, 'your_time')})" if differs else "")


@lru_cache(maxsize=1)
def _phrases() -> Mapping[str, Mapping[str, str]]:
    """By language, then by name."""
    return tomllib.loads((files(__package__) / "phrases.toml").read_text("utf-8"))


def _by_preference(accepted: str) -> list[str]:
    """What cannot be understood counts as never mentioned."""
    weighed = []
    for part in accepted[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if tag and 0 < weight <= 1:
            weighed.append((tag.strip(), weight))
    return [tag for tag, _ in sorted(weighed, key=lambda one: -one[1])]
