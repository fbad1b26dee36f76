"""When a channel's rate has room for a message of a simulation."""

from datetime import UTC, datetime, timedelta

from paldies.simulation.room import Room

TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def room(rate: str, look_every: timedelta = timedelta(0)) -> Room:
    return Room(rate, look_every=look_every)


def test_who_finds_the_second_full_goes_in_the_next_that_has_room() -> None:
    calls = room("2/s")

    begun = [calls.reserve(TEN) for _ in range(5)]

    assert begun == [TEN, TEN, TEN + SECOND, TEN + SECOND, TEN + 2 * SECOND]


def test_it_does_not_matter_who_is_asked_about_first() -> None:
    calls = room("1/s")

    late, early = calls.reserve(TEN + 5 * SECOND), calls.reserve(TEN)

    assert (late, early) == (TEN + 5 * SECOND, TEN)


def test_a_moment_within_a_second_that_has_room_stays_as_it_is() -> None:
    at = TEN + timedelta(milliseconds=300)

    assert room("14/s").reserve(at) == at


def test_a_rate_below_one_a_second_has_one_place_in_as_long_as_it_takes() -> None:
    letters = room("60/h")

    begun = [letters.reserve(TEN) for _ in range(3)]

    assert begun == [TEN, TEN + 60 * SECOND, TEN + 120 * SECOND]


def test_whoever_looks_rarely_finds_the_places_of_all_that_time() -> None:
    calls = room("1/s", look_every=timedelta(minutes=1))

    begun = {calls.reserve(TEN) for _ in range(60)}

    assert begun == {TEN}
    assert calls.reserve(TEN) == TEN + timedelta(minutes=1)


def test_a_long_queue_at_one_moment_is_spread_without_a_gap() -> None:
    calls = room("1/s")

    begun = [calls.reserve(TEN) for _ in range(5000)]

    assert begun == [TEN + number * SECOND for number in range(5000)]


def test_what_is_over_can_be_forgotten() -> None:
    calls = room("1/s")
    calls.reserve(TEN)
    calls.reserve(TEN + 9 * SECOND)

    calls.forget(TEN + 5 * SECOND)

    assert calls.reserve(TEN + 9 * SECOND) == TEN + 10 * SECOND
