"""Schema versions, run from inside the package."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from paldies.store.database import Database

# Several daemons may start at once: PostgreSQL lets one migrate at a time; SQLite has one writer anyway.
_LOCK = 7_214_389_001


def upgrade(database: Database) -> None:
    """Brings the database to the newest schema; does nothing where it is there already."""
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head()


def head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "paldies.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
