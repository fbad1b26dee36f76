"""Makes one database of those in which the parts of a simulation were played."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table

from paldies.campaigns.reasons import Reason
from paldies.outbox.blast import SMALLEST_BLAST
from paldies.store.schema import attempts, customers, enrolments, messages, orders

# What is read of a simulation: see figures, listing, comparison. Parents first.
_READ: tuple[Table, ...] = (customers, orders, enrolments, messages, attempts)

_LATE_IN_AN_HOUR = """
SELECT count(*) OVER (PARTITION BY campaign ORDER BY unixepoch(claimed_at) RANGE 3600 PRECEDING) AS late
  FROM messages WHERE is_late_seen AND claimed_at IS NOT NULL ORDER BY late DESC LIMIT 1
"""
_PUT_OFF = "INSERT INTO put_off SELECT message_id + :messages, reason, times FROM part.put_off"
_HELD = "SELECT 1 FROM messages WHERE reason = ? LIMIT 1"


def join(parts: Sequence[Path], into: Path) -> None:
    """The first becomes the whole, and the rows of the others get the numbers behind those that it has."""
    first, *others = parts
    first.rename(into)
    with closing(sqlite3.connect(into, isolation_level=None)) as whole:
        whole.execute("PRAGMA synchronous = OFF")
        for other in others:
            whole.execute("ATTACH ? AS part", (str(other),))
            whole.execute("BEGIN")
            offsets = {table.name: _last(whole, table.name) for table in _READ}
            for table in _READ:
                whole.execute(_pouring(table), offsets)
            whole.execute(_PUT_OFF, offsets)
            whole.execute("COMMIT")
            whole.execute("DETACH part")
            other.unlink()


def may_hang_together(whole: Path) -> bool:
    """Whether the blast breaker, which counts over all, could have decided otherwise about the whole."""
    with closing(sqlite3.connect(whole)) as database:
        late = database.execute(_LATE_IN_AN_HOUR).fetchone()
        held = database.execute(_HELD, (Reason.UNUSUAL_VOLUME.value,)).fetchone()
    return held is not None or (late is not None and late[0] > SMALLEST_BLAST)


def _last(whole: sqlite3.Connection, table: str) -> int:
    number: int = whole.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]  # noqa: S608 - ours
    return number


def _pouring(table: Table) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join(map(_moved, table.columns))
    return f"INSERT INTO {table.name} ({columns}) SELECT {values} FROM part.{table.name}"  # noqa: S608 - ours


def _moved(column: Column[Any]) -> str:
    """A number of its own row, or of another, moves with the rows."""
    named = [key.column.table for key in column.foreign_keys] + [column.table] * column.primary_key
    read = [table for table in named if table in _READ]
    return f'"{column.name}" + :{read[0].name}' if read else f'"{column.name}"'
