"""Whether a column has one of many values, in a statement that is the same for any number of them."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Dialect, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator


class Values(TypeDecorator[Collection[Any]]):
    """PostgreSQL gets the text of an array, SQLite one of JSON."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        values = list(value or ())
        return json.dumps(values) if dialect.name == "sqlite" else _array(values)


def _array(values: list[Any]) -> str:
    """As PostgreSQL writes one: the driver would look at each value for 1 µs."""
    if not values:
        return "{}"
    if isinstance(values[0], int):
        return f"{{{','.join(map(str, values))}}}"
    escaped = (word.replace("\\", r"\\").replace('"', r"\"") for word in values)
    return f"""{{"{'","'.join(escaped)}"}}"""


class _Among(FunctionElement[Any]):
    type = NullType()  # of a Boolean SQLite would be asked whether it equals 1, and use no index
    inherit_cache = True


def among(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """`column` is one of the values of the parameter `name`: whole numbers, or words."""
    return _Among(column, bindparam(name, type_=Values()))


@compiles(_Among)
def _in_array(element: _Among, compiler: Any, **options: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **options)} = ANY({_bare(compiler, values, options)})"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: Any, **options: Any) -> str:
    column, values = element.clauses
    listed = f"json_each({_bare(compiler, values, options)})"
    return f"{compiler.process(column, **options)} IN (SELECT value FROM {listed})"  # noqa: S608 - no one's words


def _bare(compiler: Any, values: Any, options: dict[str, Any]) -> str:
    """Without the cast to a text that PostgreSQL's dialect adds."""
    sql: str = compiler.process(values, **options)
    return sql.partition("::")[0]
