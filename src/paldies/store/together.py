"""A statement written for one row of values, turned into one for any number of rows: PostgreSQL's form.

There each execution costs a message, an answer and a plan; a hundred rows in one cost hardly more than one.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    Connection,
    Dialect,
    Insert,
    LargeBinary,
    Select,
    TableClause,
    Text,
    Update,
    column,
    func,
    select,
    table,
)
from sqlalchemy.sql import ClauseElement, ColumnElement
from sqlalchemy.sql.visitors import replacement_traverse

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
        given = table("given", *(_as_in_json(name, kind) for name, kind in kinds.items()))
        read = {name: _read(given.c[name], kind) for name, kind in kinds.items()}
        compiled = _of_all(statement, given, read).compile(dialect=dialect)
        quoted = dialect.identifier_preparer.quote
        told = ", ".join(f"{quoted(one.name)} {one.type.compile(dialect)}" for one in given.c)
        source = f"SELECT * FROM json_to_recordset(%(rows)s::json) AS given({told})"  # noqa: S608 - no one's words
        self._sql = f"WITH given AS ({source}) {compiled}"
        self._constants = compiled.params

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        [told] = self.told(rows)
        return connection.exec_driver_sql(*told).rowcount

    def told(self, rows: Sequence[Mapping[str, Any]]) -> list[Told]:
        return [(self._sql, {**self._constants, "rows": _in_json(rows)})]


def _of_all(
    statement: ClauseElement, given: TableClause, read: Mapping[str, ColumnElement[Any]]
) -> ClauseElement:
    if isinstance(statement, Insert):
        return statement.from_select(list(read), select(*read.values()), include_defaults=False)

    def replace(element: Any, **_: Any) -> ColumnElement[Any] | None:
        return read.get(element.key) if isinstance(element, BindParameter) else None

    replaced: Any = replacement_traverse(statement, {}, replace)
    return cast(ClauseElement, replaced)


def _as_in_json(name: str, kind: Any) -> ColumnClause[Any]:
    return column(name, Text() if isinstance(kind, LargeBinary) else kind)


def _read(told: ColumnElement[Any], kind: Any) -> ColumnElement[Any]:
    return func.decode(told, "base64") if isinstance(kind, LargeBinary) else told


def _plain(value: object) -> str:
    match value:
        case datetime():
            return in_utc(value).isoformat()
        case Decimal():
            return str(value)
        case bytes():
            return b64encode(value).decode()
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be stored")


_in_json = json.JSONEncoder(default=_plain).encode  # made once: a third of the time of `dumps`
