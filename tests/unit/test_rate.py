"""How many messages a channel may take, and when it rests."""

from datetime import timedelta

import pytest

from paldies.outbox.breaker import LONGEST_REST, Breaker
from paldies.outbox.rate import Rate, RateError
from tests.factories import NOON

SECOND = timedelta(seconds=1)
HALF = SECOND / 2


def test_a_second_brings_as_many_tokens_as_the_rate_says() -> None:
    rate = Rate("14/s")

    taken = [rate.take(500, NOON + looks * HALF) for looks in range(3)]

    assert (rate.take(500, NOON + SECOND), taken) == (0, [7, 7, 7])


def test_what_nobody_wanted_is_not_saved_up_for_a_burst() -> None:
    rate = Rate("100/s")
    rate.take(500, NOON)

    taken = [rate.take(500, NOON + 5 * SECOND + looks * HALF) for looks in range(2)]

    assert sum(taken) == 100


def test_whoever_looks_more_rarely_gets_what_came_together_since() -> None:
    rate = Rate("100/s", holds=30 * SECOND)
    rate.take(5_000, NOON)

    assert rate.take(5_000, NOON + 30 * SECOND) == 3_000


def test_tokens_that_were_not_needed_go_back() -> None:
    rate = Rate("10/s")
    rate.take(5, NOON)

    rate.give_back(4)

    assert rate.take(5, NOON) == 4


def test_a_slow_rate_lets_one_go_at_a_time() -> None:
    rate = Rate("60/h")

    taken = [rate.take(5, NOON + minutes * timedelta(minutes=1)) for minutes in range(3)]

    assert taken == [1, 1, 1]


def test_a_clock_set_back_brings_nothing_and_breaks_nothing() -> None:
    rate = Rate("10/s")
    rate.take(5, NOON)

    assert rate.take(5, NOON - timedelta(hours=1)) == 0
    assert rate.take(5, NOON - timedelta(hours=1) + HALF) == 5


@pytest.mark.parametrize("text", ["", "14", "0/s", "fast", "-1/s", "14/d"])
def test_what_is_not_a_rate_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(RateError, match="14/s"):
        Rate(text)


def test_a_breaker_trips_once_and_says_why() -> None:
    breaker = Breaker()

    first, second = breaker.trip("wrong password", NOON), breaker.trip("again", NOON)

    assert (first, second, breaker.why) == (True, False, "wrong password")


def test_each_failed_probe_doubles_the_rest_up_to_a_bound() -> None:
    breaker = Breaker()
    breaker.trip("refused", NOON)
    now, rests = NOON, []

    for _ in range(10):
        assert breaker.probe_at is not None
        rests.append(breaker.probe_at - now)
        now = breaker.probe_at
        breaker.probe_failed("still refused", now)

    assert rests[:4] == [5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND]
    assert max(rests) == LONGEST_REST


def test_a_channel_that_flaps_rests_longer_each_time_until_something_was_sent() -> None:
    breaker, flapping = Breaker(), []
    for _ in range(3):
        breaker.trip("refused", NOON)
        flapping.append(breaker.probe_at)
        breaker.close()  # a probe goes well, and then nothing does

    breaker.sent()
    breaker.trip("refused", NOON)

    assert flapping == [NOON + seconds * SECOND for seconds in (5, 10, 20)]
    assert breaker.probe_at == NOON + 5 * SECOND
