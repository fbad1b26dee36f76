"""What a value is: made once and never changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(kind: type[T]) -> type[T]:
    """A slotted dataclass, for what is made for every message; mypy refuses to change one.

    Python is not asked to refuse it as well: `frozen=True` sets each field by a call, which takes 0.1 µs, and
    what is known about one message has a hundred fields.
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)


def many(kind: type[T], **columns: Iterable[Any]) -> Iterator[T]:
    """Values of a kind, one for each row of the columns, which are named after its fields.

    None may be missing. To name the fields of each value anew would take 0.1 µs a field.
    """
    names = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    if columns.keys() != set(names):
        raise TypeError(f"{kind.__name__} is made of {names}, not of {list(columns)}")
    return map(kind, *(columns[name] for name in names))
