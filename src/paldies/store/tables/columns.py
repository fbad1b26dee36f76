"""Column types that mean the same on SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy import BigInteger, Integer, String
from sqlmodel import Field

BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts rows by itself only in INTEGER


def row_id() -> Any:
    return Field(default=None, primary_key=True, sa_type=BIG)


def refers_to(column: str, *, index: bool = False) -> Any:
    """A required reference to another row."""
    return Field(foreign_key=column, sa_type=BIG, index=index)


def may_refer_to(column: str, *, index: bool = False) -> Any:
    return Field(default=None, foreign_key=column, sa_type=BIG, index=index)


def word(default: Any = ...) -> Any:
    """A StrEnum kept as its plain word."""
    return Field(default=default, sa_type=String)
