"""Moments to come, as staff type them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from paldies.replies.later import moment
from tests.factories import NEW_YORK, NOON, RIGA

HERE = ZoneInfo(RIGA)


@pytest.mark.parametrize(
    ("typed", "local"),
    [
        ("2h", "2026-11-18 14:00"),
        ("in 90m", "2026-11-18 13:30"),
        ("1d12h", "2026-11-20 00:00"),
        ("14:30", "2026-11-18 14:30"),
        ("at 14:30", "2026-11-18 14:30"),
        ("9:00", "2026-11-19 09:00"),
        ("today 18", "2026-11-18 18:00"),
        ("tomorrow", "2026-11-19 09:00"),
        ("Tomorrow  10:00", "2026-11-19 10:00"),
        ("tomorrow at 8", "2026-11-19 08:00"),
        ("mon 10", "2026-11-23 10:00"),
        ("wednesday 18:00", "2026-11-18 18:00"),
        ("wed 11:00", "2026-11-25 11:00"),
        ("2026-12-01 10:15", "2026-12-01 10:15"),
        ("today 9:00", "2026-11-18 09:00"),
    ],
)
def test_what_is_typed_is_a_moment_on_the_shops_clock(typed: str, local: str) -> None:
    assert f"{moment(typed, NOON, HERE).astimezone(HERE):%Y-%m-%d %H:%M}" == local


@pytest.mark.parametrize(
    "typed",
    ["", "soon", "14", "at", "25:00", "tomorrow 9:75", "2026-02-30", "999999w", "tomorow", "10000-01-01"],
)
def test_what_is_no_moment_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(ValueError, match="no moment to come; write for example"):
        moment(typed, NOON, HERE)


@pytest.mark.parametrize("typed", ["60w", "9999-12-31 23:59"])
def test_nothing_is_put_off_for_more_than_a_year(typed: str) -> None:
    with pytest.raises(ValueError, match="more than a year"):
        moment(typed, NOON, ZoneInfo(NEW_YORK))


def test_an_hour_that_the_clocks_leave_out_is_the_one_after_it() -> None:
    saturday = datetime(2027, 3, 27, 12, tzinfo=UTC)

    at = moment("tomorrow 3:30", saturday, HERE)

    assert at - saturday == timedelta(hours=13, minutes=30)
