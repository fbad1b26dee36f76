"""Statements that run thousands of times a minute: compiled once, then handed to the driver as they are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement

from paldies.store.fits import Fit, to_driver
from paldies.store.together import Together, Told


@dataclass(frozen=True, slots=True)
class _EachAlone:
    """A statement in one dialect's SQL, and how its parameters are made."""

    sql: str
    places: Sequence[tuple[str, Fit | None]]  # of the parameters, and what makes Python's values the driver's
    constants: Mapping[str, Any]  # what the statement itself says

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        fitted = self._fitted(rows)
        values = list(fitted) if connection.dialect.positional else self._named(fitted)
        return connection.exec_driver_sql(self.sql, values).rowcount

    def told(self, rows: Sequence[Mapping[str, Any]]) -> list[Told]:
        return [(self.sql, values) for values in self._named(self._fitted(rows))]

    def _fitted(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
        """Column by column, in half the time that it takes row by row."""
        return zip(*(self._column(name, fit, rows) for name, fit in self.places), strict=True)

    def _named(self, rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
        names = [name for name, _ in self.places]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _column(self, name: str, fit: Fit | None, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        if name in self.constants:
            return [fit(self.constants[name]) if fit else self.constants[name]] * len(rows)
        return [fit(row[name]) for row in rows] if fit else [row[name] for row in rows]


class Prepared:
    """A statement for many rows of values. SQLAlchemy's own way costs half a millisecond more, each time.

    No row may count on what another one has changed: on PostgreSQL all are one statement, where it can be.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._by_dialect: dict[str, _EachAlone | Together] = {}

    def run(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
        """For each row; its keys are the names of the statement's parameters, or of its columns.

        How many rows of the database that made or changed, in all.
        """
        connection = session.connection()
        return self._ready(connection.dialect, rows).run(connection, rows)

    def told(self, dialect: Dialect, rows: Sequence[Mapping[str, Any]]) -> list[Told]:
        """What the driver has to be told for these rows: SQL with named parameters, and their values."""
        return self._ready(dialect, rows).told(rows)

    def _ready(self, dialect: Dialect, rows: Sequence[Mapping[str, Any]]) -> _EachAlone | Together:
        ready = self._by_dialect.get(dialect.name)
        if ready is None:
            names = list(rows[0])
            ready = Together.of(self._statement, dialect, names) or self._each_alone(dialect, names)
            self._by_dialect[dialect.name] = ready
        return ready

    def _each_alone(self, dialect: Dialect, names: list[str]) -> _EachAlone:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=names)
        order = compiled.positiontup if dialect.positional else list(compiled.binds)
        places = [(name, to_driver(compiled.binds[name].type, dialect)) for name in order]
        constants = {name: bind.value for name, bind in compiled.binds.items() if name not in names}
        return _EachAlone(compiled.string, places, constants)
