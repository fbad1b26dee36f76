"""The tables of the task engine are what the installed library needs, on whatever server there is."""

from contextlib import closing
from pathlib import Path

import pytest
from procrastinate.schema import SchemaManager

from paldies.store import migrations, task_engine
from paldies.store.database import Database
from tests.postgres import NoServer, installed, postgres


def test_the_library_is_of_the_version_that_our_migrations_install() -> None:
    # a newer one needs a migration of ours that runs the files that it adds
    files = sorted(path.name for path in Path(SchemaManager.get_migrations_path()).glob("*.sql"))

    assert files[-1] == task_engine.VERSION


def test_nothing_is_installed_that_servers_before_17_refuse_in_one_transaction() -> None:
    assert "ADD VALUE" not in SchemaManager.get_schema()


@pytest.mark.parametrize("binaries", installed(), ids=lambda binaries: binaries.parent.name)
def test_every_server_here_takes_our_tables(binaries: Path) -> None:
    try:
        with postgres(binaries=binaries) as server, closing(Database(server.url)) as database:
            migrations.upgrade(database)

            assert migrations.is_current(database)
    except NoServer as why:
        pytest.skip(str(why))
