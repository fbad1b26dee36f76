"""A statement written for one row of values, turned into one for any number of rows: PostgreSQL's form.

There each execution costs a message, an answer and a plan; a hundred rows in one cost hardly more than one.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic_core import to_json
from sqlalchemy import (
    BindParameter,
    Connection,
    Dialect,
    Insert,
    LargeBinary,
    Select,
    TableClause,
    Update,
    column,
    select,
    table,
)
from sqlalchemy.sql import ClauseElement, ColumnElement
from sqlalchemy.sql.visitors import replacement_traverse
from sqlmodel.sql.sqltypes import UTCDateTime

from paldies.store.among import Values
from paldies.store.fits import in_utc

Told = tuple[str, dict[str, Any]]  # SQL with named parameters, and their values


class Together:
    """All rows are one parameter, a JSON text, and stand in the statement as a table of their own."""

    @classmethod
    def of(cls, statement: ClauseElement, dialect: Dialect, names: Sequence[str]) -> "Together | None":
        """`names` are the parameters that differ from row to row. None: it has to be run row by row."""
        if dialect.name != "postgresql" or not isinstance(statement, Insert | Update | Select):
            return None
        if isinstance(statement, Insert) and statement.select is not None:
            return None
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
        kinds = {name: compiled.binds[name].type for name in names}
        if any(isinstance(kind, Values) for kind in kinds.values()):  # a whole list for each row
            return None
        return cls(statement, dialect, kinds)

    def __init__(self, statement: ClauseElement, dialect: Dialect, kinds: Mapping[str, Any]) -> None:
        given = table("given", *(column(name, kind) for name, kind in kinds.items()))
        compiled = _of_all(statement, given).compile(dialect=dialect)
        quoted = dialect.identifier_preparer.quote
        told = ", ".join(f"{quoted(one.name)} {one.type.compile(dialect)}" for one in given.c)
        source = f"SELECT * FROM json_to_recordset(%(rows)s::json) AS given({told})"  # noqa: S608 - no one's words
        self._sql = f"WITH given AS ({source}) {compiled}"
        self._constants = compiled.params
        self._instants = _of_kind(UTCDateTime, kinds)
        self._octets = _of_kind(LargeBinary, kinds)

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        [told] = self.told(rows)
        return connection.exec_driver_sql(*told).rowcount

    def told(self, rows: Sequence[Mapping[str, Any]]) -> list[Told]:
        """Raises ValueError for an instant without a zone, which the server would take for one of its own."""
        for name in self._instants:
            for row in rows:
                if row[name]:
                    in_utc(row[name])
        if self._octets:
            rows = [{**row, **{name: _in_hex(row[name]) for name in self._octets}} for row in rows]
        return [(self._sql, {**self._constants, "rows": to_json(rows).decode()})]


def _of_all(statement: ClauseElement, given: TableClause) -> ClauseElement:
    if isinstance(statement, Insert):
        return statement.from_select(list(given.c.keys()), select(*given.c), include_defaults=False)

    def replace(element: Any, **_: Any) -> ColumnElement[Any] | None:
        return given.c.get(element.key) if isinstance(element, BindParameter) else None

    replaced: Any = replacement_traverse(statement, {}, replace)
    return cast(ClauseElement, replaced)


def _of_kind(kind: type, kinds: Mapping[str, Any]) -> list[str]:
    return [name for name, one in kinds.items() if isinstance(one, kind)]


def _in_hex(value: bytes | None) -> str | None:
    """As PostgreSQL reads it in half the time that base64 takes it."""
    return None if value is None else f"\\x{value.hex()}"
