"""Keeps a second daemon away from the same database."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from paldies.store.database import Database

_ADVISORY = 7_214_389_002


class AlreadyRunning(Exception):
    """Another daemon holds the database; the text says which, and since when."""


@contextmanager
def exclusive(database: Database, now: datetime) -> Iterator[None]:
    """Held while the block runs; the kernel, or the server, lets go of it when the process dies.

    Raises AlreadyRunning.
    """
    holding = (
        _file_lock(Path(f"{database.url.database}.lock"), now) if database.is_sqlite else _advisory(database)
    )
    with holding:
        yield


@contextmanager
def _file_lock(path: Path, now: datetime) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise AlreadyRunning(f"a daemon is running on this database already: {holder}") from error
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()}, since {now:%Y-%m-%d %H:%M:%S} UTC\n")
        file.flush()
        yield


@contextmanager
def _advisory(database: Database) -> Iterator[None]:
    with database.engine.connect() as connection:
        if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_ADVISORY})").scalar():
            raise AlreadyRunning("a daemon is running on this database already, on this or another machine")
        connection.commit()
        try:
            yield
        finally:
            connection.invalidate()  # who hangs up lets go; the server may have hung up long ago
