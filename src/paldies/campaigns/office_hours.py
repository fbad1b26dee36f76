"""When there are people at the shop: an opening for each weekday, on the shop's own wall clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from paldies.campaigns.calendar import HORIZON, Span
from paldies.campaigns.public_holidays import public_holidays

Opening = tuple[int, int]  # minutes after midnight; the day itself ends at 24 * 60
USUAL: Mapping[int, Opening] = {day: (9 * 60, 18 * 60) for day in range(5)}


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """`zone` is IANA, `openings` are by weekday (0 = Monday).

    Nobody is there on the public holidays of `country`; without one no day is a holiday.
    """

    zone: str
    openings: Mapping[int, Opening] = field(default_factory=lambda: USUAL)
    country: str = ""  # ISO 3166-1 alpha-2
    days_off: frozenset[date] = frozenset()

    def next_open(self, at: datetime) -> datetime | None:
        """The first open moment at or after `at`; None if there is none within the horizon."""
        return next((start for start, _ in self._spans(at)), None)

    def after(self, at: datetime, span: timedelta) -> datetime | None:
        """When so much open time will have passed since `at`; None if it never has within the horizon."""
        for start, end in self._spans(at):
            if end - start >= span:
                return start + span
            span -= end - start
        return None

    def _spans(self, at: datetime) -> Iterator[Span]:
        today = at.astimezone(ZoneInfo(self.zone)).date()
        for number in range(HORIZON.days + 1):
            day = today + timedelta(days=number)
            if (opening := self.openings.get(day.weekday())) and not self._rests_on(day):
                opens, closes = (self._instant(day, minutes) for minutes in opening)
                if at < closes:
                    yield max(at.astimezone(UTC), opens), closes

    def _rests_on(self, day: date) -> bool:
        return day in self.days_off or day in public_holidays(self.country, "", day.year)

    def _instant(self, day: date, minutes: int) -> datetime:
        """Midnight at a day's end is the next day's: that day may have another offset."""
        days, rest = divmod(minutes, 24 * 60)
        wall = datetime.combine(day + timedelta(days), time(rest // 60, rest % 60), ZoneInfo(self.zone))
        return wall.astimezone(UTC)
