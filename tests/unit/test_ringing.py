"""Which number to dial, and whether this is an hour for it."""

from datetime import timedelta

import pytest

from paldies.replies.ringing import as_dialled, hour_there
from tests.factories import NEW_YORK, NOON, RIGA, VLADIVOSTOK


@pytest.mark.parametrize(
    ("zones", "hours", "told"),
    [
        ((RIGA,), 0, "12:00 there"),
        ((VLADIVOSTOK,), 0, "20:00 there: too late to ring"),
        ((VLADIVOSTOK,), -1, "19:00 there"),
        ((NEW_YORK,), 0, "05:00 there: too early to ring"),
        ((VLADIVOSTOK,), 6, "02:00 there: too early to ring"),
        ((NEW_YORK, "America/Chicago"), 10, "between 14:00 and 15:00 there"),
        ((NEW_YORK, "America/Chicago"), 4, "between 08:00 and 09:00 there: not everywhere an hour to ring"),
        ((VLADIVOSTOK, NEW_YORK), 6, "between 11:00 and 02:00 there: not everywhere an hour to ring"),
        ((RIGA, "Europe/Helsinki"), 0, "12:00 there"),
        ((), 0, "the hour there is not known"),
    ],
)
def test_it_is_said_what_time_it_is_for_the_customer(zones: tuple[str, ...], hours: int, told: str) -> None:
    assert str(hour_there(zones, NOON + timedelta(hours=hours))) == told


def test_where_nothing_is_known_it_is_no_hour_to_ring() -> None:
    assert not hour_there((), NOON).is_civil


@pytest.mark.parametrize(
    ("number", "dialled"),
    [("+37120000001", "+371 20 000 001"), ("+12125550100", "+1 212-555-0100"), ("no number", "no number")],
)
def test_a_number_is_written_as_people_read_it_off(number: str, dialled: str) -> None:
    assert as_dialled(number) == dialled
