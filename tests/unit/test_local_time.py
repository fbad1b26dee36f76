"""Moments read as the customer's clock shows them, with the shop's beside it where it differs."""

from datetime import UTC, datetime, timedelta

from paldies.reports.local_time import LocalTime, city
from tests.factories import NEW_YORK, NOON, RIGA, VLADIVOSTOK


def test_one_hour_is_enough_where_both_clocks_agree() -> None:
    assert LocalTime(RIGA, RIGA, NOON).say(NOON) == "Wed 18 Nov 12:00"
    assert LocalTime("Europe/Helsinki", RIGA, NOON).say(NOON) == "Wed 18 Nov 12:00"


def test_the_shops_hour_stands_beside_it_where_it_differs() -> None:
    assert LocalTime(VLADIVOSTOK, RIGA, NOON).say(NOON) == "Wed 18 Nov 20:00 (12:00 in Riga)"


def test_the_shops_day_is_named_where_it_is_another_one() -> None:
    evening = NOON + timedelta(hours=15)

    assert LocalTime(NEW_YORK, RIGA, NOON).say(evening) == "Wed 18 Nov 20:00 (Thu 19 Nov 03:00 in Riga)"


def test_the_year_is_named_when_it_is_not_this_one() -> None:
    new_year = datetime(2027, 1, 4, 8, tzinfo=UTC)

    assert LocalTime(RIGA, RIGA, NOON).say(new_year) == "Mon 4 Jan 2027 10:00"


def test_a_customer_whose_zone_nobody_knows_lives_by_the_shops_clock() -> None:
    assert LocalTime("", RIGA, NOON).say(NOON) == "Wed 18 Nov 12:00"


def test_two_moments_are_set_against_each_other_as_finely_as_it_takes() -> None:
    clock = LocalTime(RIGA, RIGA, NOON)

    assert clock.say_both(NOON, NOON + timedelta(minutes=3)) == ("at 12:00", "at 12:03")
    assert clock.say_both(NOON, NOON + timedelta(seconds=9)) == ("at 12:00:00", "at 12:00:09")
    assert clock.say_both(NOON, NOON + timedelta(days=1)) == ("on Wed 18 Nov 12:00", "on Thu 19 Nov 12:00")


def test_a_zone_is_called_by_its_city() -> None:
    assert city(NEW_YORK) == "New York"
    assert city("America/Argentina/Buenos_Aires") == "Buenos Aires"
