"""What tests share: databases of both kinds."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from paldies.store import migrations
from paldies.store.database import Database
from tests.postgres import NoServer, postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real server; tests that need it are skipped, and say why, where none can be had."""
    try:
        with postgres() as url:
            yield url
    except NoServer as why:
        pytest.skip(str(why))


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield postgres_server.removesuffix("/postgres") + f"/{name}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'paldies.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database with the newest schema; whoever asks for it runs on SQLite and on PostgreSQL."""
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    database = Database(url)
    migrations.upgrade(database)
    yield database
    database.close()
