"""How values are made to fit the driver and read back, where SQLAlchemy's own way takes longer."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from operator import methodcaller
from typing import Any

from sqlalchemy import Dialect, Numeric
from sqlmodel.sql.sqltypes import UTCDateTime

_IN_UTC = methodcaller("astimezone", UTC)
_WITHOUT_OFFSET = len("2026-02-02 06:00:00.000000")
Fit = Callable[[Any], Any]


def to_driver(kind: Any, dialect: Dialect) -> Fit | None:
    """None: as it is. Of instants a few hundred answers are kept: many rows of a wave have the same."""
    if isinstance(kind, UTCDateTime) and dialect.name == "sqlite":
        return _text_of
    fit: Fit | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(256)(fit) if fit and isinstance(kind, UTCDateTime) else fit


def in_utc(instant: datetime) -> datetime:
    """As it is stored. Raises ValueError."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone cannot be stored")
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def from_driver(kind: Any, dialect: Dialect, told: Any) -> Fit | None:
    """None: as it is. `told` is the driver's own word for the column's type. Never asked about None.

    Of amounts a few hundred answers are kept: of most things one is bought.
    """
    if isinstance(kind, UTCDateTime):
        return _instant_in if dialect.name == "sqlite" else _IN_UTC
    fit: Fit | None = kind.dialect_impl(dialect).result_processor(dialect, told)
    return lru_cache(256)(fit) if fit and isinstance(kind, Numeric) else fit


@lru_cache(4096)
def _text_of(instant: datetime | None) -> str | None:
    """As UTCDateTime writes it on SQLite, in a third of the time."""
    return None if instant is None else in_utc(instant).isoformat(" ", "microseconds")[:_WITHOUT_OFFSET]


@lru_cache(1024)
def _instant_in(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")
