"""The database keeps its promises on SQLite and on PostgreSQL."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from paldies.store import migrations
from paldies.store.database import PRAGMAS, Database
from paldies.store.tables import CustomerRow

NOW = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC)


def test_the_migrations_build_exactly_the_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)

    assert differences == []
    assert migrations.is_current(database)


def test_the_newest_version_is_the_one_that_is_named() -> None:
    newest = ScriptDirectory.from_config(migrations.configuration()).get_current_head()

    assert newest == migrations.HEAD


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    database.now(lambda session: session.add(CustomerRow(uuid="a", created_at=NOW)))

    migrations.upgrade(database)

    assert database.look(lambda session: session.scalars(select(CustomerRow.uuid)).all()) == ["a"]


async def test_an_instant_comes_back_aware_and_exact(database: Database) -> None:
    await database.run(lambda session: session.add(CustomerRow(uuid="a", created_at=NOW)))

    [found] = await database.read(lambda session: session.scalars(select(CustomerRow)).all())

    assert found.created_at == NOW
    assert found.created_at.tzinfo is not None


async def test_a_naive_instant_is_refused(database: Database) -> None:
    naive = CustomerRow(uuid="a", created_at=NOW.replace(tzinfo=None))

    with pytest.raises(StatementError):
        await database.run(lambda session: session.add(naive))


async def test_a_failing_function_leaves_nothing_behind(database: Database) -> None:
    def half_done(session: Session) -> None:
        session.add(CustomerRow(uuid="a", created_at=NOW))
        session.flush()
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        await database.run(half_done)

    assert await database.read(lambda session: session.scalars(select(CustomerRow)).all()) == []


def test_the_pragmas_that_power_loss_depends_on_are_set(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}

    with database.session() as session:
        found = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in wanted}
    database.close()

    assert found == wanted
    assert PRAGMAS["synchronous"] == "FULL"
