"""One statement for any number of values: numbers, and words of every kind."""

from sqlalchemy import select

from paldies.store.among import among
from paldies.store.database import Database
from paldies.store.questions import Question
from paldies.store.schema import customers
from tests.rows import add_customer

BY_NAME = Question(select(customers.c.first_name).where(among(customers.c.first_name, "names")))
BY_ROW = Question(select(customers.c.first_name).where(among(customers.c.id, "rows")))
NAMES = [
    "Alice", "Бори́с", "O'Hara", 'Carla "C" Diaz', "a\\b", "\\", '"', "one,two", "{three}", "{}", "NULL",
    "null", "", " ", "new\nline", "tab\t", "100%", "%s", ":names", "🎁",
]  # fmt: skip


def test_words_are_found_however_they_are_spelt(database: Database) -> None:
    with database.session() as session:
        for name in NAMES:
            add_customer(session, name)

        all_of_them = BY_NAME.ask(session, names=NAMES)
        each = [BY_NAME.ask(session, names=[name]) for name in NAMES]

    assert {row.first_name for row in all_of_them} == set(NAMES)
    assert [[row.first_name for row in found] for found in each] == [[name] for name in NAMES]


def test_numbers_are_found_and_nothing_among_none(database: Database) -> None:
    with database.session() as session:
        alice, boris, _ = (add_customer(session, name) for name in ("Alice", "Boris", "Carla"))

        some = BY_ROW.ask(session, rows={alice, boris, 2**40})

        assert {row.first_name for row in some} == {"Alice", "Boris"}
        assert BY_ROW.ask(session, rows=[]) == [] and BY_NAME.ask(session, names=()) == []
