"""[duty]: when there are people at the shop to ring, to answer and to be told."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from paldies.campaigns.office_hours import Opening
from paldies.campaigns.windows import DAYS, parse_days, parse_hours
from paldies.settings.values import Section

_LONGEST = 366  # days that one entry of days_off may stand for


def _openings(written: Mapping[str, str]) -> Mapping[str, str]:
    by_weekday(written)
    return written


def _dates(written: Any) -> Any:
    """Raises ValueError."""
    entries = list(written) if isinstance(written, list | tuple) else [written]
    return tuple(day for entry in entries for day in _days_of(entry))


class Duty(Section):
    hours: Annotated[Mapping[str, str], AfterValidator(_openings)] = Field({"mon-fri": "9:00-18:00"})
    days_off: Annotated[tuple[date, ...], BeforeValidator(_dates)] = ()  # beside public holidays


def by_weekday(hours: Mapping[str, str]) -> dict[int, Opening]:
    """`{ mon-fri = "9:00-18:00", sat = "10:00-14:00" }`; 0 is Monday. Raises ValueError."""
    found: dict[int, Opening] = {}
    for days, span in hours.items():
        opens, closes = parse_hours(span)
        if closes <= opens:
            raise ValueError(f'"{span}" runs past midnight: write hours that end on the day they begin')
        for day in sorted(parse_days(days)):
            if day in found:
                raise ValueError(f"{DAYS[day]} is there twice: write one span of hours for each day")
            found[day] = opens, closes
    if not found:
        raise ValueError('no day has hours: write for example { mon-fri = "9:00-18:00" }')
    return found


def _days_of(entry: Any) -> list[date]:
    if isinstance(entry, date):
        return [entry]
    first, _, last = str(entry).partition("..")
    try:
        begin, end = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError:
        raise ValueError(f'"{entry}" is no day: write "2026-12-24", or "2026-12-24..2027-01-02"') from None
    if not begin <= end < begin + timedelta(days=_LONGEST):
        raise ValueError(f'"{entry}" ends before it begins, or takes longer than a year')
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
