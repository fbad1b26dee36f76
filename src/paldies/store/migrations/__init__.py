"""Schema versions, run from inside the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from paldies.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0009"  # the newest of versions/; known here because Alembic takes 11 MB and 0.3 s to ask
# Several daemons may start at once: PostgreSQL lets one migrate at a time; SQLite has one writer anyway.
_LOCK = 7_214_389_001


def upgrade(database: Database) -> None:
    """Brings the database to the newest schema; does nothing where it is there already."""
    if is_current(database):
        return
    from alembic import command

    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Asked beside the writer: every command begins with it, also those that only look.

    On PostgreSQL a newer process may be at work beside this one: within a release its schema only adds.
    """
    found = database.look(_version)
    return found == HEAD or (not database.is_sqlite and found is not None and found > HEAD)


def _version(session: Session) -> str | None:
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    version: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def configuration() -> Config:
    """Alembic's own, without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "paldies.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
