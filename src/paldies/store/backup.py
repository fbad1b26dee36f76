"""A consistent copy of an SQLite database, taken while it is in use."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from paldies.store.fence import BACKUP


class BackupError(Exception):
    """There is no good copy; the text says why."""


def back_up(source: Path, target: Path) -> int:
    """Its size in bytes. The copy is complete, checked and on the disk before it gets its name.

    It is one file, knows itself for a backup, and is for this user's eyes only. Writers of the original are
    not held up. Raises BackupError, OSError.
    """
    if target.exists():
        raise BackupError(f"{target} is there already: name another file, or take it away first")
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600))
    try:
        # mode=ro: a name without a database behind it must not make one
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as original,
            closing(sqlite3.connect(draft)) as copy,
        ):
            original.backup(copy)  # in one go: a copy in pieces begins anew at every write
            copy.execute("PRAGMA journal_mode = DELETE")  # all in one file
            with copy:
                copy.execute("UPDATE instance SET epoch = ?", (BACKUP,))
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise BackupError(f"{source} is damaged ({verdict}): go back to an older backup")
        _sync(draft)
        draft.rename(target)
        _sync(target.parent)
    except sqlite3.Error as error:
        raise BackupError(f"{source} cannot be copied: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
