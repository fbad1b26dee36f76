"""Who is whom on a tape, and what comes next for each."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from paldies.campaigns.keys import order_subject
from paldies.orders.snapshot import Snapshot
from paldies.simulation.happenings import Due, Happening, Rank, first_of_each
from paldies.simulation.tape import Tape
from paldies.simulation.telling import Arrival
from paldies.simulation.unrolling import Record

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALICE, BORIS = 1, 2


def arrival(person: int, at: datetime, number: int = 1) -> Happening:
    return Happening(at, Rank.ARRIVAL, person, Arrival(number, at, "store", person))


def due(person: int, at: datetime, number: int = 1) -> Happening:
    return Happening(at, Rank.MESSAGE, person, Due(number, f"key/store:{number}", "email", at))


def test_everybody_has_their_own_next() -> None:
    happenings = [due(ALICE, NOON + MINUTE), due(BORIS, NOON + 9 * MINUTE), due(ALICE, NOON)]

    front = first_of_each(happenings)

    assert front == [happenings[2], happenings[1]]


def test_what_a_shop_tells_at_a_moment_comes_before_a_message_that_is_due_then() -> None:
    refund, message = arrival(ALICE, NOON), due(ALICE, NOON)

    assert first_of_each([message, refund]) == [refund]


def test_messages_of_one_moment_come_together() -> None:
    one, other = due(ALICE, NOON, 1), due(ALICE, NOON, 2)

    assert first_of_each([one, other, due(ALICE, NOON + MINUTE, 3)]) == [one, other]


def test_whoever_shares_a_number_or_a_mailbox_with_somebody_may_be_the_same_person(tmp_path: Path) -> None:
    tape = Tape(tmp_path / "tape.db")
    told = [
        order("1", customer_id="c1", email="alice@example.com"),
        order("2", customer_id="c2", email="boris@example.com"),
        order("3", customer_id="c3", email="Alice@Example.com "),
        order("4", customer_id="c3", email="alice@work.example"),
        order("5", customer_id="", email=""),
        order("6", customer_id="", email=""),
    ]

    tape.record("store", map(Record, told), zone=ZoneInfo("Europe/Riga"), until=NOON + MINUTE)
    tape.rewind()

    telling = tape.telling()
    subjects = [order_subject("store", one.id) for one in told]
    found = telling.persons([*subjects, "store:7"])
    persons = [found.pop(subject) for subject in subjects]
    assert persons[0] == persons[2] == persons[3]
    assert len(set(persons)) == 4
    assert not found
    telling.close()
    tape.close()


def order(number: str, **values: str) -> Snapshot:
    return Snapshot(id=number, placed_at=NOON, **values)
