"""What an API tells of one order, taken out of its JSON without trusting it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from paldies.customers.addresses import AddressError, phone_number
from paldies.orders.shops import values
from paldies.orders.shops.values import BadValue

Json = Mapping[str, Any]
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Told:
    """An order under our names of its columns, and what the shop itself calls things, for `ignore`."""

    cells: dict[str, Any]
    said: dict[str, Any] = field(default_factory=dict)


def part(of: Json, name: str) -> Json:
    """An object within; empty if it is not there. PHP writes an empty object as a list."""
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def parts(of: Json, name: str) -> list[Json]:
    """The objects of a list within."""
    found = of.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def text(of: Json, name: str) -> str:
    """Text within. Raises BadValue."""
    try:
        return values.text(of.get(name))
    except BadValue as problem:
        raise BadValue(f"{name}: {problem}") from None


def number(of: Json, name: str) -> Decimal:
    """A number within; 0 if it is not there. Raises BadValue."""
    try:
        return values.number(of.get(name)) or Decimal(0)
    except BadValue as problem:
        raise BadValue(f"{name}: {problem}") from None


def moment(of: Json, name: str) -> datetime | None:
    """An instant within, if it is told to the second. Raises BadValue."""
    try:
        found = values.instant(of.get(name), zone=_UTC)
    except BadValue as problem:
        raise BadValue(f"{name}: {problem}") from None
    return found if isinstance(found, datetime) else None


def phone(*candidates: tuple[str, str]) -> str:
    """The first number that can exist, in E.164; each comes with the country it is written in.

    If there is none, the first as the customer wrote it: the house knows another country to try.
    """
    for written, country in candidates:
        try:
            return phone_number(written, country)
        except AddressError:
            continue
    return next((written for written, _ in candidates if written), "")
