"""An instant moved on by a number of seconds, as SQL has it."""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel.sql.sqltypes import UTCDateTime


class later(FunctionElement[Any]):
    """`later(instant, seconds)`; both are columns, `seconds` of whole numbers."""

    type = UTCDateTime()
    inherit_cache = True

    def __init__(self, instant: ColumnElement[Any], seconds: ColumnElement[int]) -> None:
        super().__init__(instant, seconds)


@compiles(later)
def _by_interval(element: later, compiler: Any, **options: Any) -> str:
    instant, seconds = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({instant} + make_interval(secs => {seconds}))"


@compiles(later, "sqlite")
def _as_text(element: later, compiler: Any, **options: Any) -> str:
    """SQLite counts in milliseconds: the fraction of the second is cut off before, and put back as it was."""
    instant, seconds = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(datetime(substr({instant}, 1, 19), {seconds} || ' seconds') || substr({instant}, 20))"
