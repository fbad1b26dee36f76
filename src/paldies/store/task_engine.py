"""The tables of Procrastinate, in a schema of their own beside ours."""

from pathlib import Path

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection

SCHEMA = "procrastinate"


def install(connection: Connection, *, until: str) -> None:
    """Brings them to a version, in the transaction that is open: `until` is the last file of its migrations.

    https://procrastinate.readthedocs.io/en/stable/howto/production/migrations.html: each file is to be run
    once, in the order of their names; a later version of the library keeps them and adds its own.
    """
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    connection.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA}")
    for file in files():
        if file.name <= until:
            # the driver's own call: it takes several statements at once, and a % for a %
            connection.connection.cursor().execute(file.read_text(encoding="utf-8"))
    connection.exec_driver_sql("RESET search_path")


def files() -> list[Path]:
    """The migrations that the installed library knows, in their order."""
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
