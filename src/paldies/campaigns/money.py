"""Amounts of money that refuse to be compared across currencies."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, total_ordering

from babel.numbers import get_currency_precision


class CurrencyMismatch(ValueError):
    """Two currencies met in one comparison or sum."""


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Money:
    """An amount in major units and its ISO 4217 currency; a bare number means the same currency."""

    amount: Decimal
    currency: str

    def __eq__(self, other: object) -> bool:
        amount = self._amount_of(other)
        return NotImplemented if amount is None else self.amount == amount

    def __lt__(self, other: object) -> bool:
        amount = self._amount_of(other)
        return NotImplemented if amount is None else self.amount < amount

    def __hash__(self) -> int:
        return hash((self.amount, self.currency))

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __add__(self, other: object) -> "Money":
        amount = self._amount_of(other)
        return NotImplemented if amount is None else Money(self.amount + amount, self.currency)

    def __sub__(self, other: object) -> "Money":
        amount = self._amount_of(other)
        return NotImplemented if amount is None else Money(self.amount - amount, self.currency)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _amount_of(self, other: object) -> Decimal | None:
        if isinstance(other, Money):
            if other.currency != self.currency:
                raise CurrencyMismatch(f"{self} cannot be set against {other}: the currencies differ")
            return other.amount
        if isinstance(other, Decimal | int) and not isinstance(other, bool):
            return Decimal(other)
        if isinstance(other, float):
            return Decimal(str(other))
        return None


@cache
def digits(currency: str) -> int:
    """Digits after the decimal point in a currency."""
    return get_currency_precision(currency)


def to_minor(amount: Decimal, currency: str) -> int:
    """Major units to the integer that the database keeps, rounded half up."""
    return int((amount * 10 ** digits(currency)).quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def from_minor(units: int, currency: str) -> Money:
    return Money(Decimal(units).scaleb(-digits(currency)), currency)


def parse_money(text: str) -> Money:
    """Reads "20 EUR" or "0.08 EUR". Raises ValueError."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Z]{3})\s*", text)
    if match is None:
        raise ValueError(f'{text!r} is not an amount of money: write for example "20 EUR"')
    return Money(Decimal(match[1]), match[2])
