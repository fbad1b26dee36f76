"""A shop is carried over from SQLite to PostgreSQL: nothing is lost, and the old file never sends again."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import SQLModel
from typer.testing import CliRunner

from paldies.campaigns.words import EventKind
from paldies.cli.root import app as paldies
from paldies.outbox.planning import plan_new_events
from paldies.outbox.waves import write_wave
from paldies.store import installation
from paldies.store.database import Database
from paldies.store.file_fence import FileFence
from paldies.store.moving import MoveError, move
from paldies.store.schema import customers, instance, messages
from paldies.store.shared_fence import SharedFence
from tests.factories import NOON, RIGA
from tests.integration.test_ledger import one_order, settlement_of
from tests.rows import add_customer, add_order, plans, publish_campaign
from tests.whole_house import furnish


@pytest.fixture
def old(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Database]:
    """Alice has had one of her two messages, Boris waits for both, Carla's is just leaving."""
    path = tmp_path / "paldies.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    with closing(Database(f"sqlite:///{path}")) as database:
        with database.session() as session:
            publish_campaign(session)
            [alice, _] = one_order(session, "Alice")
            write_wave(session, [alice], [])
            write_wave(session, [], [settlement_of(session, alice)])
            add_order(session, add_customer(session, "Boris"), EventKind.CONFIRMED)
            [carla, _] = one_order(session, "Carla")
            write_wave(session, [carla], [])
            plan_new_events(session, plans(), RIGA, now=NOON)
        FileFence(database, tmp_path / "state").begin(NOON)
        FileFence(database, tmp_path / "state").end(NOON)
        yield database


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but the installation's own."""
    tables = [table for table in SQLModel.metadata.sorted_tables if table is not instance]
    with database.session() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in tables
        }


def test_everything_arrives_and_goes_on_from_there(old: Database, shared: Database, tmp_path: Path) -> None:
    before = everything(old)

    moved = move(old, shared, NOON)

    assert everything(shared) == before
    assert moved.rows > len(before["messages"]) > 4
    assert SharedFence(shared, tmp_path / "state").begin(NOON) == ""
    with shared.session() as session:
        highest = max(session.scalars(select(customers.c.id)))
        assert add_customer(session, "Dace") == highest + 1


def test_the_old_file_never_sends_again(old: Database, shared: Database, tmp_path: Path) -> None:
    move(old, shared, NOON)

    why = FileFence(old, tmp_path / "state").beat(NOON)

    assert "carried over to postgresql://" in why
    assert "carried over" in old.look(installation.standstill)
    assert shared.look(installation.standstill) == ""


def test_moving_again_changes_nothing(old: Database, shared: Database) -> None:
    move(old, shared, NOON)
    after = everything(shared)

    assert move(old, shared, NOON).was_there
    assert everything(shared) == after


def test_a_move_that_fails_leaves_the_shop_where_it_was(
    old: Database, shared: Database, tmp_path: Path
) -> None:
    too_much = update(messages).where(messages.c.id == 1)
    old.now(lambda session: session.execute(too_much.values(attempts=2**40)))

    with pytest.raises(Exception, match="out of range"):
        move(old, shared, NOON)

    assert not any(everything(shared).values())
    assert FileFence(old, tmp_path / "state").beat(NOON) == ""
    old.now(lambda session: session.execute(too_much.values(attempts=1)))
    assert move(old, shared, NOON).rows


def test_a_database_with_something_in_it_is_left_alone(old: Database, shared: Database) -> None:
    shared.now(add_customer, "Somebody else")

    with pytest.raises(MoveError, match=r"not empty \(customers\)"):
        move(old, shared, NOON)

    assert old.look(installation.standstill) == ""


def test_the_command_moves_and_says_what_to_write(old: Database, shared: Database, tmp_path: Path) -> None:
    furnish(tmp_path, smtp="smtp://127.0.0.1:9", text="Hello.", main='state_dir = "state"')
    url = shared.url.set(drivername="postgresql").render_as_string(hide_password=False)
    said = CliRunner().invoke(
        paldies, ["--config", str(tmp_path / "paldies.toml"), "db", "move", "--to", url, "--yes"]
    )
    adopting = CliRunner().invoke(paldies, ["--config", str(tmp_path / "paldies.toml"), "adopt", "--yes"])

    assert said.exit_code == 0, said.output
    assert f"database = '{url}'" in said.output
    assert adopting.exit_code != 0
    assert "carried over" in str(adopting.exception)
    assert everything(shared)["customers"]
