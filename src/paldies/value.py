"""What a value is: made once and never changed."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(kind: type[T]) -> type[T]:
    """A slotted dataclass, for what is made for every message; mypy refuses to change one.

    Python is not asked to refuse it as well: `frozen=True` sets each field by a call, which takes 0.1 µs, and
    what is known about one message has a hundred fields.
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)
