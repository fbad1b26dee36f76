"""When there are people at the shop, and how that is written down."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.campaigns.office_hours import OfficeHours
from paldies.configuration import ConfigurationError, load
from paldies.settings.duty import by_weekday
from tests.factories import NEW_YORK, RIGA

HOUR = timedelta(hours=1)
SATURDAYS_TOO = by_weekday({"mon-fri": "9:00-18:00", "sat": "10:00-14:00"})


def at(day: int, hour: int, month: int = 12, zone: str = RIGA) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo(zone))


def test_who_asks_at_night_is_answered_for_in_the_morning() -> None:
    usual = OfficeHours(RIGA)

    assert usual.next_open(at(2, 3)) == at(2, 9)
    assert usual.after(at(1, 17), 4 * HOUR) == at(2, 12)  # Tuesday evening
    assert usual.after(at(4, 17), 4 * HOUR) == at(7, 12)  # Friday evening


def test_each_weekday_has_its_own_hours() -> None:
    hours = OfficeHours(RIGA, SATURDAYS_TOO)

    assert hours.next_open(at(5, 8)) == at(5, 10)
    assert hours.after(at(4, 17), 4 * HOUR) == at(5, 13)
    assert hours.next_open(at(6, 12)) == at(7, 9)


def test_days_off_and_public_holidays_do_not_count() -> None:
    off = frozenset({date(2026, 12, 28), date(2026, 12, 29)})
    hours = OfficeHours(RIGA, country="LV", days_off=off)

    assert hours.next_open(at(23, 19)) == at(30, 9)  # Christmas, a weekend, two days off


def test_a_shop_that_is_never_open_says_so() -> None:
    off = frozenset(date(2026, 12, 1) + timedelta(days=number) for number in range(70))

    assert OfficeHours(RIGA, days_off=off).next_open(at(1, 8)) is None
    assert OfficeHours(RIGA, days_off=off).after(at(1, 8), HOUR) is None


@settings(max_examples=60)
@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    zone=st.sampled_from([RIGA, NEW_YORK]),
    span=st.integers(1, 40),
)
def test_open_time_passes_only_while_the_shop_is_open(moment: datetime, zone: str, span: int) -> None:
    found = OfficeHours(zone, SATURDAYS_TOO).after(moment, span * HOUR)

    assert found and found >= moment + span * HOUR
    there = found.astimezone(ZoneInfo(zone))
    opens, closes = SATURDAYS_TOO[there.weekday()]
    assert opens < there.hour * 60 + there.minute + there.second / 60 <= closes


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('hours = { mon-fri = "9-18" }', "is no span of hours"),
        ('hours = { monday = "9:00-18:00" }', "names no days"),
        ('hours = { mon-fri = "9:00-18:00", wed = "9:00-12:00" }', "wed is there twice"),
        ('hours = { sat = "22:00-02:00" }', "runs past midnight"),
        ("hours = {}", "no day has hours"),
        ('days_off = ["Christmas"]', "is no day"),
        ('days_off = ["2026-12-24..2026-12-01"]', "ends before it begins"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_remedy(tmp_path: Path, written: str, told: str) -> None:
    (tmp_path / "paldies.toml").write_text(f"[duty]\n{written}\n")

    with pytest.raises(ConfigurationError, match=told):
        load(tmp_path / "paldies.toml", {})


def test_days_off_are_dates_days_and_runs_of_days(tmp_path: Path) -> None:
    (tmp_path / "paldies.toml").write_text(
        '[duty]\ndays_off = [2026-12-24, "2026-12-31", "2027-07-01..2027-07-03"]\n'
    )

    off = load(tmp_path / "paldies.toml", {}).duty.days_off

    assert [f"{day:%m%d}" for day in off] == ["1224", "1231", "0701", "0702", "0703"]
