"""A moment to come, as people type it: `2h`, `14:30`, `tomorrow 10:00`, `mon 9`, `2026-11-19 10:00`."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from paldies.campaigns.durations import parse_duration
from paldies.campaigns.windows import DAYS

MORNING = 9  # o'clock, where only a day is named
EXAMPLES = '"2h", "14:30", "tomorrow 10:00", "mon 9:00" or "2026-11-19 10:00"'

FURTHEST = timedelta(days=366)
_DAY = rf"today|tomorrow|(?:{'|'.join(DAYS)})[a-z]*|\d{{4}}-\d{{2}}-\d{{2}}"
_MOMENT = re.compile(rf"(?P<day>{_DAY})?\s*(?:at\s+)?(?:(?P<hour>\d{{1,2}})(?::(?P<minute>\d{{2}}))?)?")


def moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """In UTC; what is typed is by the clocks of `zone`. Raises ValueError with the remedy."""
    said = " ".join(text.lower().split())
    try:
        at = _after(said, now) or _at(said, now.astimezone(zone), zone)
    except (ValueError, OverflowError):
        at = None
    if at is None:
        raise ValueError(f'"{text}" is no moment to come; write for example {EXAMPLES}')
    if at > now + FURTHEST:
        raise ValueError(f'"{text}" is more than a year away; write for example {EXAMPLES}')
    return at.astimezone(UTC)


def _after(said: str, now: datetime) -> datetime | None:
    try:
        return now + parse_duration(said.removeprefix("in "))
    except ValueError:
        return None


def _at(said: str, here: datetime, zone: ZoneInfo) -> datetime | None:
    found = _MOMENT.fullmatch(said)
    if not found or not (found["day"] or found["minute"]):
        return None
    at_clock = time(int(found["hour"] or MORNING), int(found["minute"] or 0))
    at = datetime.combine(_day(found["day"] or "today", here.date()), at_clock, zone)
    if at <= here and not found["day"]:  # an hour that has passed is tomorrow's
        return at + timedelta(days=1)
    if at <= here and found["day"][:3] in DAYS:  # a weekday is the next one that there is
        return at + timedelta(weeks=1)
    return at


def _day(word: str, today: date) -> date:
    if word == "today":
        return today
    if word == "tomorrow":
        return today + timedelta(days=1)
    if word[:3] in DAYS:
        return today + timedelta(days=(DAYS.index(word[:3]) - today.weekday()) % 7)
    return date.fromisoformat(word)
