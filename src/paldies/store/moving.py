"""Carries a shop over from SQLite to PostgreSQL: everything arrives, or nothing has changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Json
from sqlalchemy import JSON, Connection, Row, Table, func, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from paldies.store import migrations
from paldies.store.database import Database
from paldies.store.lock import exclusive
from paldies.store.schema import instance, processes

_PASSING = ("processes", "hands", "buckets", "alerts")  # of the moment; nothing of it outlives a move
_AT_ONCE = 1000  # rows in memory


class MoveError(Exception):
    """The shop is where it was, unless the text says otherwise; it names the remedy."""


@dataclass(frozen=True, slots=True)
class Moved:
    """`was_there`: an earlier move had carried everything over already."""

    rows: int = 0
    was_there: bool = False


def move(source: Database, target: Database, now: datetime) -> Moved:
    """Closes the old database for sending, for good, and copies it in one transaction; the copy goes on.

    Both may be looked at meanwhile, the old one not be written to. May be run again if it was interrupted.
    Raises MoveError, AlreadyRunning, the databases' own errors.
    """
    with exclusive(source, now):
        migrations.upgrade(target)
        where = target.url.set(drivername="postgresql", password=None).render_as_string()
        if _has_arrived(source, target):
            _close(source, where)
            return Moved(was_there=True)
        _see_that_it_is_empty(target, where)
        _close(source, where)
        try:
            with source.session() as old, target.session() as new:
                return Moved(_copy_everything(old.connection(), new.connection()))
        except BaseException:
            if not _has_arrived(source, target):  # it raises as well if nobody can say: then it stays closed
                _close(source, "")
            raise


def _has_arrived(source: Database, target: Database) -> bool:
    uuid = select(instance.c.uuid)
    known = source.look(lambda session: session.scalar(uuid))
    return known is not None and target.look(lambda session: session.scalar(uuid)) == known


def _see_that_it_is_empty(target: Database, where: str) -> None:
    if target.look(lambda session: session.scalar(select(func.count()).select_from(processes))):
        raise MoveError(f"{where} is in use: stop what runs on it first")
    for table in _tables():
        if table is not instance and target.look(_has_rows, table):
            raise MoveError(f"{where} is not empty ({table.name}): name a new database, or empty that one")


def _has_rows(session: Session, table: Table) -> bool:
    return session.execute(select(table).limit(1)).first() is not None


def _close(source: Database, where: str) -> None:
    """`where` empty: opens it again."""
    why = f"this shop was carried over to {where}" if where else ""
    source.now(lambda session: session.execute(update(instance).values(moved_to=where, fence=why)))


def _copy_everything(old: Connection, new: Connection) -> int:
    new.execute(instance.delete())
    copied = sum(_copy(old, new, table) for table in _tables())
    # it is one step further than the old one ever was, and knows no place yet
    new.execute(update(instance).values(epoch=instance.c.epoch + 1, moved_to="", fence="", place=""))
    return copied


def _copy(old: Connection, new: Connection, table: Table) -> int:
    columns = ", ".join(f'"{column.name}"' for column in table.c)
    count = 0
    with new.connection.cursor().copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in _rows(old, table):
            copy.write_row([_fit(column.type, value) for column, value in zip(table.c, row, strict=True)])
            count += 1
    arrived = new.scalar(select(func.count()).select_from(table))
    if arrived != count:
        raise MoveError(f"{table.name}: of {count} rows {arrived} have arrived; nothing was changed")
    if "id" in table.c and table is not instance:
        new.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id))"  # noqa: S608
                f" FROM {table.name} HAVING max(id) IS NOT NULL"
            )
        )
    return count


def _rows(old: Connection, table: Table) -> Iterator[Row[Any]]:
    yield from old.execution_options(yield_per=_AT_ONCE).execute(select(table))


def _fit(kind: Any, value: Any) -> Any:
    if isinstance(kind, JSON):
        return None if value is None else Json(value)
    return value.replace("\0", "") if isinstance(value, str) else value  # which PostgreSQL refuses


def _tables() -> list[Table]:
    return [table for table in SQLModel.metadata.sorted_tables if table.name not in _PASSING]
