"""What a shop's times mean: days without an hour, clocks that are fast, times that are still to come."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from paldies.value import value

# A shop's clock may be this fast. What lies further ahead is planned and has not happened yet.
FAST_CLOCK = timedelta(hours=1)
_YEARS = range(1971, 2200)  # zero, Unix zero, 0001 and 9999 are what programs write for "never"


@value
class Moment:
    """When something happened, in UTC; `day` is set where the shop knows no more than the day."""

    at: datetime
    day: date | None = None


def happened(told: datetime | date | None, *, zone: ZoneInfo, now: datetime) -> Moment | None:
    """When it happened; None if the shop does not say, or if it is still to come.

    A day without an hour stands for its last moment in the shop's zone, or for now while it lasts.
    """
    if told is None or told.year not in _YEARS or is_ahead(told, zone=zone, now=now):
        return None
    if isinstance(told, datetime):
        return Moment(min(told.astimezone(UTC), now))
    return Moment(min(_end_of(told, zone), now), told)


def is_ahead(told: datetime | date | None, *, zone: ZoneInfo, now: datetime) -> bool:
    """Whether it is a time at which something is to happen, but has not yet."""
    if told is None or told.year not in _YEARS:
        return False
    if isinstance(told, datetime):
        return told > now + FAST_CLOCK
    return told > now.astimezone(zone).date()


def instant(told: datetime | date | None, *, zone: ZoneInfo) -> datetime | None:
    """An instant in UTC that may lie ahead; a day stands for its last moment in the shop's zone."""
    if told is None or told.year not in _YEARS:
        return None
    return told.astimezone(UTC) if isinstance(told, datetime) else _end_of(told, zone)


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.max, zone).astimezone(UTC)
