"""A machine never rings anybody at a wrong hour, wherever they may be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.campaigns.decisions import Decision, Defer, Send, Skip
from paldies.campaigns.due import Due
from paldies.campaigns.facts import Facts
from paldies.campaigns.policy import decide
from paldies.campaigns.reasons import Reason
from paldies.campaigns.traits import Window
from paldies.channels.call.traits import TRAITS as CALL
from paldies.channels.task.traits import TRAITS as TASK
from tests.factories import NEW_YORK, RIGA, VLADIVOSTOK, due, facts, step

HOUR = timedelta(hours=1)
ALL_DAY = Window()  # a careless shop's step: the channel's own bounds must hold all the same
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
RUSSIAN_MOBILE = ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Irkutsk", VLADIVOSTOK)


def rung(to: Facts, message: Due, at: datetime) -> tuple[datetime, Decision]:
    """What a daemon comes to that looks whenever it was told to look again."""
    for _ in range(20):
        decision = decide(message, to, at)
        if not isinstance(decision, Defer):
            return at, decision
        assert decision.until > at
        at = decision.until
    raise AssertionError("it never comes to an end")


def call(event_at: datetime, window: Window | None = ALL_DAY, **changes: object) -> Due:
    planned = step(
        name="2_reminder",
        channels=("call", "sms"),
        after=timedelta(0),
        expires=timedelta(days=4),
        window=window,
    )
    return due(step=planned, traits=CALL, send_at=event_at, event_at=event_at, **changes)


@settings(max_examples=300, deadline=None)
@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=4).map(tuple),
    country=st.sampled_from(["", "LV", "RU", "US", "AU"]),
    window=st.sampled_from([None, ALL_DAY, Window(opens=6 * 60, closes=23 * 60)]),
)
def test_no_call_is_made_outside_nine_to_eight_in_any_zone_in_a_year_of_customers(
    at: datetime, zones: tuple[str, ...], country: str, window: Window | None
) -> None:
    rang_at, decision = rung(
        facts(zones=zones, country=country, address="+37120000001"), call(at, window), at
    )

    if isinstance(decision, Send):
        for zone in zones:
            there = rang_at.astimezone(ZoneInfo(zone))
            assert (9, 0) <= (there.hour, there.minute) < (19, 50), f"{there} in {zone}"
    else:
        assert isinstance(decision, Skip)
        assert decision.reason in (Reason.NO_WINDOW, Reason.OUTSIDE_WINDOW)


@pytest.mark.parametrize(
    ("what", "changes", "reason"),
    [
        ("nobody knows where she is", {"zones": ()}, Reason.NO_ZONE),
        ("she has not agreed", {"has_consent": False}, Reason.NO_CONSENT),
        ("she has asked for no more calls", {"suppressed": "She pressed 9"}, Reason.SUPPRESSED),
        ("there is no number", {"address": ""}, Reason.NO_ADDRESS),
        ("no telephone company is set up", {"has_channel": False}, Reason.NO_CHANNEL),
    ],
)
def test_no_call_without(what: str, changes: dict[str, object], reason: Reason) -> None:
    noon = datetime(2026, 11, 17, 10, tzinfo=UTC)

    decision = decide(call(noon), facts(**{"address": "+37120000001"} | changes), noon)

    assert isinstance(decision, Skip), what
    assert decision.reason is reason


@pytest.mark.parametrize(
    ("asked", "zones", "rung_at"),
    [
        ("2026-11-17 19:55", (RIGA,), "2026-11-19 10:00"),  # five minutes before eight; the 18th is a holiday
        ("2026-11-17 18:55", (RIGA,), "2026-11-19 10:00"),  # within ten minutes of the window's end
        ("2026-11-17 18:49", (RIGA,), "2026-11-17 18:49"),
        ("2026-11-15 12:00", (RIGA,), "2026-11-16 10:00"),  # Sunday
        ("2026-11-18 12:00", (RIGA,), "2026-11-19 10:00"),  # Latvia's proclamation day
        ("2026-11-16 12:00", (RIGA, NEW_YORK), "2026-11-16 17:00"),  # ten in New York
    ],
)
def test_a_call_waits_for_the_next_decent_hour(asked: str, zones: tuple[str, ...], rung_at: str) -> None:
    at = datetime.fromisoformat(asked).replace(tzinfo=ZoneInfo(RIGA)).astimezone(UTC)
    alice = facts(zones=zones, country="LV", address="+37120000001")

    moment, decision = rung(alice, call(at, None), at)

    assert isinstance(decision, Send)
    assert f"{moment.astimezone(ZoneInfo(RIGA)):%Y-%m-%d %H:%M}" == rung_at


def test_a_number_that_may_be_anywhere_in_russia_is_rung_only_while_all_of_russia_is_awake() -> None:
    at = datetime(2026, 11, 16, tzinfo=UTC)

    moment, decision = rung(facts(zones=RUSSIAN_MOBILE, address="+79990000001"), call(at), at)

    assert isinstance(decision, Send)
    assert [moment.astimezone(ZoneInfo(zone)).hour for zone in RUSSIAN_MOBILE] == [9, 11, 14, 16]


def test_a_number_for_which_no_hour_is_decent_everywhere_is_not_rung() -> None:
    at = datetime(2026, 11, 16, tzinfo=UTC)

    _, decision = rung(facts(zones=(RIGA, "Pacific/Auckland"), address="+64210000001"), call(at), at)

    assert decision == Skip(Reason.NO_WINDOW)


@pytest.mark.parametrize(
    ("planned", "asked_at"),
    [
        ("2026-11-16 02:55", "2026-11-16 09:00"),  # nearly eleven in Vladivostok, and nobody is at the shop
        ("2026-11-16 11:00", "2026-11-16 11:00"),
        ("2026-11-13 18:30", "2026-11-16 09:00"),  # over the weekend
    ],
)
def test_staff_are_asked_while_the_shop_is_open_wherever_the_customer_lives(
    planned: str, asked_at: str
) -> None:
    at = datetime.fromisoformat(planned).replace(tzinfo=ZoneInfo(RIGA)).astimezone(UTC)
    ring = due(step=step(channels=("task",), expires=timedelta(days=4)), traits=TASK, send_at=at)
    boris = facts(zones=(VLADIVOSTOK,), home_zone=RIGA, address="+79990000001")

    moment, decision = rung(boris, ring, at)

    assert isinstance(decision, Send)
    assert f"{moment.astimezone(ZoneInfo(RIGA)):%Y-%m-%d %H:%M}" == asked_at


def test_a_task_that_nobody_could_do_in_time_is_not_given() -> None:
    evening = datetime(2026, 11, 13, 17, tzinfo=UTC)
    ring = due(
        step=step(channels=("task", "email"), expires=timedelta(hours=12)), traits=TASK, send_at=evening
    )

    _, decision = rung(facts(address="+37120000001"), replace(ring, expires_at=evening + 12 * HOUR), evening)

    assert decision == Skip(Reason.OUTSIDE_WINDOW)
