"""How much one transaction takes on follows from how long the last one took."""

import time

from paldies.store.pace import Pace


def test_a_piece_that_took_too_long_is_followed_by_smaller_ones() -> None:
    pace = Pace(first=8, most=32)

    for _ in range(5):
        pace.note(0.2)

    assert pace.size == 1


def test_there_is_more_in_a_piece_while_there_is_time_to_spare() -> None:
    pace = Pace(first=8, most=32)

    for _ in range(5):
        pace.note(0.001)

    assert pace.size == 32


def test_a_piece_that_took_as_long_as_it_may_is_followed_by_one_like_it() -> None:
    pace = Pace(first=8, most=32)

    pace.note(0.03)

    assert pace.size == 8


def test_a_piece_is_never_smaller_than_what_takes_hardly_any_time() -> None:
    pace = Pace(first=8, most=32, least=5)

    for _ in range(5):
        pace.note(0.2)

    assert pace.size == 5


def test_others_have_their_turn_between_two_pieces() -> None:
    pace = Pace(first=8, most=32, rest=0.02)

    with pace.piece():
        pass
    ended = time.perf_counter()
    with pace.piece():
        begun = time.perf_counter()

    assert begun - ended >= 0.02
