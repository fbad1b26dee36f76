"""Values, one at a time and many at once."""

import pytest

from paldies.value import many, value


@value
class Seat:
    row: int
    name: str = "free"


def test_two_values_of_the_same_parts_are_the_same() -> None:
    assert Seat(1, "Alice") == Seat(row=1, name="Alice")
    assert {Seat(1), Seat(1, "free"), Seat(2)} == {Seat(1), Seat(2)}


def test_many_are_made_of_columns_whatever_their_order() -> None:
    seats = many(Seat, name=["Alice", "Boris"], row=range(1, 3))

    assert list(seats) == [Seat(1, "Alice"), Seat(2, "Boris")]


@pytest.mark.parametrize("columns", [{"row": [1]}, {"row": [1], "name": ["Alice"], "zone": ["Riga"]}])
def test_a_column_too_few_or_too_many_is_refused(columns: dict[str, list[object]]) -> None:
    with pytest.raises(TypeError, match="Seat is made of"):
        many(Seat, **columns)
