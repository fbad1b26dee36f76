"""Keeps a second daemon away from the same SQLite database, and two hands from the same work."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from paldies.store.database import Database


class AlreadyRunning(Exception):
    """Another daemon holds the database; the text says which, and since when."""


@contextmanager
def exclusive(database: Database, now: datetime) -> Iterator[None]:
    """Held while the block runs; the kernel lets go of it when the process dies.

    Raises AlreadyRunning.
    """
    path = Path(f"{database.url.database}.lock")
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


def alone(session: Session, subject: str) -> None:
    """Waits until nobody else is busy with it; on PostgreSQL until the transaction ends.

    SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:subject))"), {"subject": subject})
