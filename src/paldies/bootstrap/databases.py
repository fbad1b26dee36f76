"""Which database is meant, brought to the newest schema."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import OperationalError

from paldies.outbox.links import Links
from paldies.settings import Settings
from paldies.store import migrations
from paldies.store.database import Database
from paldies.store.keyring import keyring


def open_database(settings: Settings) -> Database:
    """The database of the mode, brought to the newest schema."""
    return _upgraded(settings.rehearsal_database_url if settings.is_rehearsal else settings.database_url)


def open_what_has_left(settings: Settings) -> tuple[Database, Links]:
    """Where the messages are that customers hold in their hands: in rehearsal, too, those of live."""
    database = _upgraded(settings.database_url)
    return database, Links.of(settings.paldies.public_url, database.now(keyring, datetime.now(UTC)))


def databases_for_wishes(settings: Settings) -> list[Database]:
    """Where a customer's wishes are written: what a person enters in rehearsal holds live too."""
    live = _upgraded(settings.database_url)
    return [_upgraded(settings.rehearsal_database_url), live] if settings.is_rehearsal else [live]


def every_database(settings: Settings) -> list[tuple[str, Database]]:
    """Wherever customers are known, by the mode's name; one that was never made is left out."""
    urls = {"live": settings.database_url, "rehearsal": settings.rehearsal_database_url}
    return [(mode, _upgraded(url)) for mode, url in urls.items() if _is_there(url)]


def _is_there(url: str) -> bool:
    database = Database(url)
    try:
        if database.is_sqlite:
            return Path(database.url.database or "").exists()
        with database.engine.connect():
            return True
    except OperationalError as error:
        if "does not exist" in str(error):
            return False
        raise
    finally:
        database.close()


def _upgraded(url: str) -> Database:
    database = Database(url)
    if database.is_sqlite:
        Path(database.url.database or "").parent.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(database)
    return database
