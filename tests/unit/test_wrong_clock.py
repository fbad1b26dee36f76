"""A clock that was wrong for a while, and is right again, keeps nothing waiting for years."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from paldies.campaigns.words import EventKind
from paldies.orders.events import New
from paldies.orders.history import History
from paldies.outbox.breaker import FIRST_REST, LONGEST_REST, Breaker
from paldies.outbox.budget import Budget
from tests.factories import NOON, RIGA

YEARS = timedelta(days=730)
HOUR = timedelta(hours=1)


def test_a_channel_that_rests_is_probed_again_when_the_clock_is_set_back() -> None:
    breaker = Breaker()
    breaker.trip("the line is down", NOON + YEARS)

    assert breaker.may_probe(NOON)


def test_a_channel_rests_for_its_time_all_the_same() -> None:
    breaker = Breaker()
    breaker.trip("the line is down", NOON)

    probes = [breaker.may_probe(NOON + after) for after in (timedelta(0), FIRST_REST / 2, FIRST_REST)]

    assert probes == [False, False, True]
    assert FIRST_REST < LONGEST_REST


def test_there_is_a_new_budget_on_the_day_that_the_clock_is_set_back_to() -> None:
    budget = Budget(Decimal(1), ZoneInfo(RIGA))
    budget.closed_until(Decimal(1), NOON + YEARS)
    budget.spend(Decimal(1))

    today = budget.closed_until(Decimal(1), NOON)

    assert today is None


def test_a_budget_that_is_spent_stays_so_until_midnight() -> None:
    budget = Budget(Decimal(1), ZoneInfo(RIGA))
    budget.closed_until(Decimal(1), NOON)
    budget.spend(Decimal(1))

    later = [budget.closed_until(Decimal(1), NOON + after) for after in (-HOUR, HOUR)]

    assert later == [datetime(NOON.year, NOON.month, NOON.day, 22, tzinfo=UTC)] * 2


def test_what_happens_while_the_clock_is_behind_the_first_poll_is_no_history() -> None:
    history = History(ended_at=NOON)
    seen_at = NOON - YEARS
    guessed = New(EventKind.CONFIRMED, 1, happened_at=seen_at, is_exact=False)
    told = New(EventKind.CONFIRMED, 1, happened_at=seen_at - HOUR, is_exact=True)

    assert [history.holds(event, seen_at) for event in (guessed, told)] == [False, True]
    assert history.holds(told, NOON + HOUR)
