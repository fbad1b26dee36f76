"""A restored PostgreSQL database is noticed by whoever knows better, on whichever machine that is."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from paldies.store import installation
from paldies.store.database import Database
from paldies.store.schema import instance
from paldies.store.shared_fence import SharedFence
from paldies.store.tables import Instance
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture
def riga(shared: Database, tmp_path: Path) -> SharedFence:
    return SharedFence(shared, tmp_path / "riga")


@pytest.fixture
def york(shared: Database, tmp_path: Path) -> SharedFence:
    return SharedFence(shared, tmp_path / "new york")


def row_of(database: Database) -> Instance:
    return database.look(lambda session: session.get_one(Instance, 1))


def put_back(database: Database, earlier: Instance) -> None:
    """The row as a backup of the same server would have it."""
    names = ("epoch", "heartbeat_at", "stopped_at", "fence", "place", "adopted_at")
    values = {name: getattr(earlier, name) for name in names}
    database.now(lambda session: session.execute(update(instance).values(values)))


def moved_to_another_server(database: Database) -> None:
    elsewhere = "1234567890 16384 00000001"
    database.now(lambda session: session.execute(update(instance).values(place=elsewhere)))


def test_many_machines_beat_without_alarm(riga: SharedFence, york: SharedFence) -> None:
    begun = [riga.begin(NOON), york.begin(NOON)]
    beats = [fence.beat(NOON + MINUTE) for fence in (riga, york, york, york, riga, york)]
    riga.end(NOON + 2 * MINUTE)

    assert {*begun, *beats, york.beat(NOON + 3 * MINUTE), riga.begin(NOON + 4 * MINUTE)} == {""}


def test_a_machine_that_was_away_for_long_is_welcome(riga: SharedFence, york: SharedFence) -> None:
    riga.begin(NOON)
    riga.end(NOON)
    for minute in range(5):
        york.beat(NOON + minute * MINUTE)

    assert riga.begin(NOON + 6 * MINUTE) == ""


def test_a_new_machine_needs_no_record(riga: SharedFence, shared: Database, tmp_path: Path) -> None:
    riga.begin(NOON)

    assert SharedFence(shared, tmp_path / "vladivostok").begin(NOON) == ""


def test_one_machine_that_knows_better_stops_all(
    riga: SharedFence, york: SharedFence, shared: Database
) -> None:
    york.begin(NOON)
    backup = row_of(shared)
    for minute in range(5):
        riga.beat(NOON + minute * MINUTE)
    put_back(shared, backup)

    unsuspecting = york.beat(NOON + 6 * MINUTE)
    knowing = riga.beat(NOON + 6 * MINUTE)

    assert unsuspecting == ""
    assert "older" in knowing
    assert york.beat(NOON + 7 * MINUTE) == knowing == installation_says(shared)


def installation_says(database: Database) -> str:
    return database.look(installation.standstill)


def test_a_dump_that_was_restored_elsewhere_is_noticed_without_any_record(
    riga: SharedFence, york: SharedFence, shared: Database
) -> None:
    riga.begin(NOON)
    moved_to_another_server(shared)

    assert "another server" in york.begin(NOON + MINUTE)


def test_a_standby_that_took_over_is_trusted_by_whoever_was_there(
    riga: SharedFence, york: SharedFence, shared: Database
) -> None:
    riga.begin(NOON)
    server, number, _ = row_of(shared).place.split()
    before = f"{server} {number} 00000000"
    shared.now(lambda session: session.execute(update(instance).values(place=before)))

    stranger = york.trouble()

    assert "standby" in stranger
    assert riga.beat(NOON + MINUTE) == ""
    assert york.begin(NOON + MINUTE) == ""


def test_adopting_on_one_machine_is_enough_for_all(
    riga: SharedFence, york: SharedFence, shared: Database
) -> None:
    riga.begin(NOON)
    backup = row_of(shared)
    for minute in range(5):
        york.beat(NOON + minute * MINUTE)
    put_back(shared, backup)
    assert york.beat(NOON + 6 * MINUTE)

    riga.adopt(NOON + 7 * MINUTE)

    assert row_of(shared).adopted_at == NOON + 7 * MINUTE
    assert [riga.beat(NOON + 8 * MINUTE), york.beat(NOON + 8 * MINUTE)] == ["", ""]
    assert york.trouble() == ""


def test_a_backup_from_before_an_adoption_is_noticed(
    riga: SharedFence, york: SharedFence, shared: Database
) -> None:
    riga.begin(NOON)
    for minute in range(9):
        york.beat(NOON + minute * MINUTE)
    backup = row_of(shared)
    riga.adopt(NOON + 10 * MINUTE)

    put_back(shared, backup)

    assert "older" in riga.beat(NOON + 11 * MINUTE)
