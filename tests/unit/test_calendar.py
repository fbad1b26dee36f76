"""Windows, judged against an oracle that walks the wall clock minute by minute."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paldies.campaigns.calendar import Hours
from paldies.campaigns.public_holidays import public_holidays
from paldies.campaigns.traits import ALWAYS, Window
from paldies.campaigns.zones import known_zones
from tests.factories import NEW_YORK, RIGA, VLADIVOSTOK

MINUTE = timedelta(minutes=1)
DAYTIME = Window(opens=10 * 60, closes=19 * 60)
OFFICE = Window(days=frozenset(range(5)), opens=10 * 60, closes=19 * 60, on_holidays=False)
NIGHT = Window(days=frozenset({5}), opens=21 * 60, closes=2 * 60)

ZONES = sorted(available_timezones() - {"localtime", "posixrules"})
windows = st.builds(
    Window,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    opens=st.integers(0, 24 * 60 - 1),
    closes=st.integers(0, 24 * 60),
    on_holidays=st.booleans(),
)
moments = st.datetimes(datetime(2005, 1, 1), datetime(2040, 1, 1)).map(
    lambda naive: naive.replace(second=0, microsecond=0, tzinfo=UTC)
)


def is_open_by_the_wall_clock(window: Window, zone: str, at: datetime, *, country: str = "") -> bool:
    local = at.astimezone(ZoneInfo(zone))
    minute, today = local.hour * 60 + local.minute, local.date()
    yesterday = today - timedelta(days=1)

    def opens_on(day: date) -> bool:
        return day.weekday() in window.days and (
            window.on_holidays or day not in public_holidays(country, "", day.year)
        )

    if window.opens < window.closes:
        return opens_on(today) and window.opens <= minute < window.closes
    return (opens_on(today) and minute >= window.opens) or (opens_on(yesterday) and minute < window.closes)


@given(window=windows, zone=st.sampled_from(ZONES), at=moments)
def test_every_minute_agrees_with_the_wall_clock(window, zone, at):
    hours = Hours((window,), (zone,), country="LV")
    day = [at + minute * MINUTE for minute in range(0, 26 * 60, 7)]

    answers = [hours.is_open(moment) for moment in day]

    assert answers == [is_open_by_the_wall_clock(window, zone, moment, country="LV") for moment in day]


@given(window=windows, zone=st.sampled_from(ZONES), data=st.data())
def test_every_minute_around_a_clock_change_agrees_with_the_wall_clock(window, zone, data):
    changes = clock_changes(zone)
    at = data.draw(st.sampled_from(changes)) if changes else datetime(2026, 3, 29, tzinfo=UTC)
    minutes = [at + minute * MINUTE for minute in range(-180, 180)]

    answers = [Hours((window,), (zone,)).is_open(moment) for moment in minutes]

    assert answers == [is_open_by_the_wall_clock(window, zone, moment) for moment in minutes]


@given(window=windows, zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3), at=moments)
def test_the_next_opening_is_the_first_minute_at_which_all_zones_are_open(window, zones, at):
    hours = Hours((window, DAYTIME), tuple(zones))

    opening = hours.next_open(at)

    def is_right(moment: datetime) -> bool:
        return all(is_open_by_the_wall_clock(w, z, moment) for w in (window, DAYTIME) for z in zones)

    search = (at + minute * MINUTE for minute in range(3 * 24 * 60))
    first = next((moment for moment in search if is_right(moment)), None)
    if first:
        assert opening == first
    else:
        assert opening is None or (opening >= at + timedelta(days=3) and is_right(opening))


@given(window=windows, zone=st.sampled_from(ZONES), at=moments, seconds=st.integers(0, 86_399))
def test_the_next_opening_is_where_the_first_span_begins(window, zone, at, seconds):
    hours = Hours((window, DAYTIME), (zone,), country="LV", margin=10 * MINUTE)
    at += timedelta(seconds=seconds)

    opening = hours.next_open(at)

    assert opening == next((start for start, _ in hours.spans(at, at + timedelta(days=60))), None)


@given(window=windows, zone=st.sampled_from(ZONES), at=moments, margin=st.integers(1, 30))
def test_nothing_opens_in_the_last_minutes_of_a_window(window, zone, at, margin):
    plain = Hours((window,), (zone,))
    careful = Hours((window,), (zone,), margin=margin * MINUTE)

    answers = [careful.is_open(at + minute * MINUTE) for minute in range(0, 1500, 11)]

    assert answers == [
        all(plain.is_open(at + (minute + ahead) * MINUTE) for ahead in range(margin + 1))
        for minute in range(0, 1500, 11)
    ]


@given(window=windows, zone=st.sampled_from(ZONES), after=moments, length=st.integers(1, 4000))
def test_the_last_opening_lies_between_and_nothing_opens_after_it(window, zone, after, length):
    hours, before = Hours((window,), (zone,)), after + length * MINUTE

    last = hours.last_open(after, before, leeway=10 * MINUTE)

    if last is None:
        assert not any(hours.is_open(after + minute * MINUTE) for minute in range(length))
    else:
        assert after <= last < before and hours.is_open(last)
        latest = last + 10 * MINUTE
        assert not any(
            hours.is_open(latest + minute * MINUTE) for minute in range((before - latest) // MINUTE)
        )


def test_in_riga_the_clock_goes_forward_and_a_window_inside_the_missing_hour_stays_shut():
    missing = Window(opens=3 * 60 + 15, closes=3 * 60 + 45)
    night = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)

    opening = Hours((missing,), (RIGA,)).next_open(night)

    assert opening == datetime(2026, 3, 30, 0, 15, tzinfo=UTC)


def test_in_new_york_the_clock_goes_back_and_a_window_inside_the_repeated_hour_opens_twice():
    repeated = Window(opens=75, closes=105)
    midnight = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)

    spans = list(Hours((repeated,), (NEW_YORK,)).spans(midnight, midnight + timedelta(hours=12)))

    assert spans == [
        (datetime(2026, 11, 1, 5, 15, tzinfo=UTC), datetime(2026, 11, 1, 5, 45, tzinfo=UTC)),
        (datetime(2026, 11, 1, 6, 15, tzinfo=UTC), datetime(2026, 11, 1, 6, 45, tzinfo=UTC)),
    ]


def test_a_night_window_belongs_to_the_day_on_which_it_opens():
    sunday_one_in_the_morning = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    hours = Hours((NIGHT,), (RIGA,))

    assert hours.is_open(sunday_one_in_the_morning)
    assert not hours.is_open(sunday_one_in_the_morning - timedelta(days=1))


def test_latvia_rests_on_the_eighteenth_of_november_and_estonia_does_not():
    noon = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)

    assert Hours((OFFICE,), (RIGA,), country="LV").next_open(noon) == datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
    assert Hours((OFFICE,), ("Europe/Tallinn",), country="EE").is_open(noon)


def test_a_region_rests_on_days_of_its_own():
    epiphany = date(2026, 1, 6)

    assert epiphany in public_holidays("DE", "DE-BY", 2026)
    assert epiphany not in public_holidays("DE", "", 2026)


@pytest.mark.parametrize(("country", "region"), [("", ""), ("XX", ""), ("??", "nowhere")])
def test_a_country_that_nobody_knows_has_no_holidays(country, region):
    assert public_holidays(country, region, 2026) == frozenset()


def test_a_region_that_nobody_knows_counts_as_its_country():
    assert public_holidays("LV", "nowhere", 2026) == public_holidays("LV", "", 2026)


def test_riga_and_vladivostok_share_two_hours_of_a_working_day():
    midnight = datetime(2026, 11, 18, 0, 0, tzinfo=UTC)
    day = Window(opens=9 * 60, closes=19 * 60)

    spans = list(Hours((day,), (RIGA, VLADIVOSTOK)).spans(midnight, midnight + timedelta(days=1)))

    assert spans == [(midnight + timedelta(hours=7), midnight + timedelta(hours=9))]


def test_zones_half_a_day_apart_share_no_working_hour():
    noon = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)

    assert Hours((DAYTIME,), (NEW_YORK, VLADIVOSTOK)).next_open(noon) is None


def test_what_is_always_open_is_open_now_and_to_the_end():
    noon = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)

    assert list(Hours((ALWAYS,), (RIGA,)).spans(noon, noon + MINUTE)) == [(noon, noon + MINUTE)]


def test_full_days_in_a_row_are_one_opening():
    weekdays = Window(days=frozenset(range(5)))
    monday = datetime(2026, 11, 15, 22, 0, tzinfo=UTC)

    spans = list(Hours((weekdays,), (RIGA,), margin=10 * MINUTE).spans(monday, monday + timedelta(days=7)))

    assert spans == [(monday, monday + timedelta(days=5) - 10 * MINUTE)]


def test_zones_that_do_not_exist_are_left_out():
    assert known_zones(("Etc/Unknown", RIGA, "America", "../etc/passwd", "")) == (RIGA,)


def clock_changes(zone: str) -> list[datetime]:
    """The hours of 2005 to 2030 in which a zone changes its offset."""
    start, found = datetime(2005, 1, 1, tzinfo=UTC), []
    offsets = [
        (start + timedelta(days=day)).astimezone(ZoneInfo(zone)).utcoffset() for day in range(25 * 365)
    ]
    for day, (before, after) in enumerate(pairwise(offsets)):
        if before != after:
            hours = (start + timedelta(days=day, hours=hour) for hour in range(25))
            found.append(next(at for at in hours if at.astimezone(ZoneInfo(zone)).utcoffset() == after))
    return found
