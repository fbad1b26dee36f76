"""What tests share: databases of both kinds, and logs as they were."""

import logging
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
import structlog
from hypothesis import settings
from sqlalchemy import text
from sqlmodel import SQLModel, select

from paldies.store import migrations
from paldies.store.database import Database
from paldies.store.schema import customers
from tests.newest_schema import newest_schema
from tests.postfix import NoPostfix, Postfix, postfix
from tests.postgres import NoServer, postgres

MANY = 500  # customers: with each a DELETE looks whether anything refers to it still

settings.register_profile("untimed", deadline=None)  # a busy machine is no mistake
settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than processors: for two fifths of the time a worker waits, for a process or a moment."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command sets up logs for its own process, which here is that of all tests."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real server; tests that need it are skipped, and say why, where none can be had."""
    try:
        with postgres() as server:
            yield server.url
    except NoServer as why:
        pytest.skip(str(why))


@pytest.fixture
def receiver() -> Iterator[Postfix]:
    """Postfix, with an empty Maildir; where there is none, tests that need it are skipped, and say why."""
    try:
        with postfix() as server:
            yield server
    except NoPostfix as why:
        pytest.skip(str(why))


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    with _postgres_database(postgres_server) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'paldies.db'}"


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """The URL of a database with the newest schema, emptied between tests: a new one takes half a second."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    url = _url_of(postgres_server, "migrated")
    _migrate(url)
    return url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "paldies.db"
    path.write_bytes(newest_schema())
    return path


@pytest.fixture(scope="session")
def desk_folder(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A shop at nine in the morning, to be copied: see tests.staffed."""
    from tests.staffed import prepare  # the whole house, which most tests can do without

    return prepare(tmp_path_factory.mktemp("desk"), migrated=migrated_sqlite)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the newest schema; whoever asks for it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "paldies.db")
        with closing(Database(f"sqlite:///{path}")) as database:
            yield database
    else:
        yield request.getfixturevalue("shared")


@pytest.fixture
def shared(migrated_postgres: str) -> Iterator[Database]:
    """The same on PostgreSQL, for what only several processes have."""
    with closing(Database(migrated_postgres)) as database:
        yield database
        _empty(database)


def _empty(database: Database) -> None:
    with database.engine.begin() as connection:
        if len(connection.execute(select(customers.c.id).limit(MANY)).all()) == MANY:
            connection.execute(text("TRUNCATE customers CASCADE"))
        for table in reversed(SQLModel.metadata.sorted_tables):  # TRUNCATE takes ten times as long for a few
            connection.execute(table.delete())
        if not database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL search_path TO procrastinate")
            for name in ("periodic_defers", "jobs", "workers"):
                connection.exec_driver_sql(f"DELETE FROM procrastinate_{name}")


@contextmanager
def _postgres_database(server: str) -> Iterator[str]:
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield _url_of(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _url_of(server: str, name: str) -> str:
    return server.removesuffix("/postgres") + f"/{name}"


def _migrate(url: str) -> None:
    with closing(Database(url)) as database:
        migrations.upgrade(database)
