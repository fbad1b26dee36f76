"""When windows are open for a customer: exactly, across zones, clock changes, midnights and holidays."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from paldies.campaigns.public_holidays import public_holidays
from paldies.campaigns.traits import ALWAYS, Window

HORIZON = timedelta(days=60)  # what does not open until then counts as never opening

_DAY = timedelta(days=1)

Span = tuple[datetime, datetime]  # UTC; the end is no longer part of it


class Hours(NamedTuple):
    """The moments at which every window is open on the wall clocks of every zone at once.

    `zones` are IANA names; `country` and `region` say whose public holidays count. The last `margin` of every
    opening is left out.
    """

    windows: tuple[Window, ...]
    zones: tuple[str, ...]
    country: str = ""
    region: str = ""
    margin: timedelta = timedelta(0)

    def is_open(self, at: datetime) -> bool:
        return any(self.spans(at, at + timedelta.resolution))

    def next_open(self, at: datetime) -> datetime | None:
        """The first open moment at or after `at`; None if there is none within the horizon."""
        at = at.astimezone(UTC)
        for start, end in _openings_near(self, at.toordinal()):
            if at < end:
                return max(start, at)
        return next((start for start, _ in self.spans(at, at + HORIZON)), None)

    def after(self, at: datetime, span: timedelta) -> datetime | None:
        """When so much open time will have passed since `at`; None if it never has within the horizon."""
        for start, end in self.spans(at, at + HORIZON):
            if end - start >= span:
                return start + span
            span -= end - start
        return None

    def last_open(self, after: datetime, before: datetime, *, leeway: timedelta) -> datetime | None:
        """Near the end of the last opening between the two: `leeway` before it, or as close as that comes."""
        openings = list(self.spans(after, before))
        return max(openings[-1][0], openings[-1][1] - leeway) if openings else None

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """The openings between two instants, in order, none touching another."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        spans: Iterator[Span] = iter([(start, end)])
        for window in self.windows:
            if window != ALWAYS:
                for zone in self.zones:
                    spans = _common(spans, self._openings(window, zone, start=start, end=end))
        return spans

    def _openings(self, window: Window, zone: str, *, start: datetime, end: datetime) -> Iterator[Span]:
        """One window in one zone, from the (UTC) day of `start` to beyond `end`, less the margin."""
        whole_days = range(start.toordinal(), (end + self.margin).toordinal() + 1)
        days = (
            _open_on(date.fromordinal(day), window, zone=zone, country=self.country, region=self.region)
            for day in whole_days
        )
        for opens, closes in _joined(span for day in days for span in day):
            if opens < closes - self.margin:
                yield opens, closes - self.margin


def _common(left: Iterator[Span], right: Iterator[Span]) -> Iterator[Span]:
    """What two ordered rows of spans share."""
    one, other = next(left, None), next(right, None)
    while one and other:
        start, end = max(one[0], other[0]), min(one[1], other[1])
        if start < end:
            yield start, end
        if one[1] <= other[1]:
            one = next(left, None)
        else:
            other = next(right, None)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """The same spans, those that touch made one."""
    current: Span | None = None
    for span in spans:
        if current and current[1] == span[0]:
            current = current[0], span[1]
            continue
        if current:
            yield current
        current = span
    if current:
        yield current


@lru_cache(maxsize=16384)  # ten thousand messages of one day share a few hundred answers
def _openings_near(hours: Hours, day: int) -> tuple[Span, ...]:
    """Those of a UTC day (an ordinal) and the next one: in them nearly every question finds its answer."""
    midnight = datetime.combine(date.fromordinal(day), time.min, UTC)
    return tuple(hours.spans(midnight, midnight + 2 * _DAY))


@lru_cache(maxsize=16384)
def _open_on(day: date, window: Window, *, zone: str, country: str, region: str) -> tuple[Span, ...]:
    """The openings within one UTC day.

    Between two clock changes local time is UTC plus a constant, so each such stretch is plain arithmetic: an
    hour that is repeated counts twice, one that is left out not at all.
    """
    midnight = datetime.combine(day, time.min, UTC)
    spans = []
    for start, end, offset in _stretches(ZoneInfo(zone), midnight, midnight + _DAY):
        for ordinal in range((start + offset).toordinal() - 1, (end + offset).toordinal() + 1):
            local_day = date.fromordinal(ordinal)
            if _opens_on(local_day, window, country=country, region=region):
                local_midnight = datetime.combine(local_day, time.min, UTC) - offset
                opens = local_midnight + timedelta(minutes=window.opens)
                closes = local_midnight + timedelta(minutes=window.closes)
                if closes <= opens:
                    closes += _DAY
                if max(start, opens) < min(end, closes):
                    spans.append((max(start, opens), min(end, closes)))
    return tuple(spans)


def _opens_on(day: date, window: Window, *, country: str, region: str) -> bool:
    if day.weekday() not in window.days:
        return False
    return window.on_holidays or day not in public_holidays(country, region, day.year)


def _stretches(zone: ZoneInfo, start: datetime, end: datetime) -> list[tuple[datetime, datetime, timedelta]]:
    """A UTC day in parts of one UTC offset each. No zone changes its clocks twice within a day."""
    before, after = _offset(zone, start), _offset(zone, end)
    if before == after:
        return [(start, end, before)]
    change = _change(zone, start, end)
    return [(start, change, before), (change, end, after)]


def _change(zone: ZoneInfo, start: datetime, end: datetime) -> datetime:
    """The instant of the clock change between two instants, found to the second by halving."""
    before = _offset(zone, start)
    low, high = 0, int((end - start).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, start + timedelta(seconds=middle)) == before:
            low = middle
        else:
            high = middle
    return start + timedelta(seconds=high)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)
