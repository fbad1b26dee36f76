"""Windows as people write them: days `mon-sat`, hours `10:00-19:00`."""

import re

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_MIDNIGHT = 24 * 60


def parse_days(text: str) -> frozenset[int]:
    """`daily`, or days and runs of days; 0 = Monday, a run may pass Sunday. Raises ValueError."""
    if text.strip().lower() == "daily":
        return frozenset(range(7))
    days: set[int] = set()
    for part in text.lower().replace("–", "-").split(","):
        ends = [name.strip() for name in part.split("-")]
        if len(ends) > 2 or not all(name in DAYS for name in ends):
            raise ValueError(f'"{text}" names no days; write for example "mon-sat", "mon,wed,fri" or "daily"')
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return frozenset(days)


def spell_days(days: frozenset[int]) -> str:
    """As `parse_days` reads them: `mon-sat`, `mon,wed`; every day is `daily`."""
    if len(days) == len(DAYS):
        return "daily"
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join("-".join(dict.fromkeys((DAYS[run[0]], DAYS[run[-1]]))) for run in runs)


def parse_hours(text: str) -> tuple[int, int]:
    """Minutes after midnight at which a window opens and closes. Raises ValueError with a remedy."""
    found = _HOURS.fullmatch(text.strip())
    if not found:
        raise ValueError(f'"{text}" is no span of hours; write for example "10:00-19:00" or "21:00-02:00"')
    hour, minute, closing_hour, closing_minute = map(int, found.groups())
    opens, closes = hour * 60 + minute, closing_hour * 60 + closing_minute
    if minute > 59 or closing_minute > 59 or opens >= _MIDNIGHT or closes > _MIDNIGHT:
        raise ValueError(f'"{text}" is not on the clock; hours run from 00:00 to 24:00, as in "10:00-19:00"')
    if opens == closes:
        raise ValueError(f'"{text}" opens and closes at once; for the whole day write "00:00-24:00"')
    return opens, closes
