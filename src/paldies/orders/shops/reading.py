"""How one row of a shop's columns becomes a snapshot."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any, Unpack
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from paldies.campaigns import expressions
from paldies.campaigns.expressions import ExpressionError
from paldies.campaigns.money import digits, from_minor, to_minor
from paldies.campaigns.words import OrderStatus
from paldies.orders.shops import values
from paldies.orders.shops.base import ShopError
from paldies.orders.shops.columns import COLUMNS, LINE_COLUMNS, Kind, unknown
from paldies.orders.shops.meaning import Meaning
from paldies.orders.shops.values import BadValue
from paldies.orders.snapshot import Snapshot, SnapshotLine

MOST_UNITS = 2**63 - 1  # minor units; both databases keep amounts in 64 bits
MOST_PIECES = 10**11  # PostgreSQL keeps eleven digits before the point
MAX_ID = 200  # characters; ids become part of every key, and two must never be cut to the same

_UNCLEAR = "XXX"  # ISO 4217 for "no currency": one complaint about it is enough
_NOT_SAID: dict[Kind, Any] = {Kind.TEXT: "", Kind.TAGS: (), Kind.TRUTH: None}


class BadRow(ValueError):
    """A row that cannot be understood: column by column, what is wrong with it; said once of several."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        columns: dict[str, list[str]] = {}
        for column, problem in problems.items():
            columns.setdefault(problem, []).append(column)
        super().__init__("; ".join(f"{', '.join(names)}: {problem}" for problem, names in columns.items()))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Reading:
    """One shop's settings, as far as they say how its rows are meant."""

    shop: str
    zone: ZoneInfo  # of naive timestamps
    currency: str = ""  # of rows that name none
    minor_units: bool = False  # amounts are cents already
    ignore: str = ""
    status: Mapping[str, OrderStatus] = field(default_factory=dict)  # the shop's words, casefolded

    @classmethod
    def of(cls, shop: str, **meaning: Unpack[Meaning]) -> "Reading":
        """A reading from settings as a person wrote them. Raises ShopError."""
        time_zone, ignore = meaning.get("time_zone", "UTC"), meaning.get("ignore", "")
        try:
            zone = ZoneInfo(time_zone)
            expressions.check(ignore)
            currency = _currency(meaning.get("currency", ""))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            if isinstance(error, ExpressionError | BadValue):
                raise ShopError(f"shop {shop!r}: {error}") from error
            raise ShopError(
                f"shop {shop!r}: the time_zone {time_zone!r} is not known: write a name such as Europe/Riga"
            ) from error
        ours: dict[str, OrderStatus] = {}
        for theirs, word in meaning.get("status", {}).items():
            if word not in list(OrderStatus):
                raise ShopError(
                    f"shop {shop!r}, [shops.status]: {theirs!r} stands for {word!r}, which is none of ours:"
                    f" write one of {', '.join(OrderStatus)}"
                )
            ours[values.text(theirs).casefold()] = OrderStatus(word)
        minor_units = meaning.get("minor_units", False)
        return cls(shop, zone, currency=currency, minor_units=minor_units, ignore=ignore, status=ours)

    @property
    def fingerprint(self) -> str:
        """Changes with the settings: what was rejected under others is worth another look."""
        told = (self.zone.key, self.currency, self.minor_units, self.ignore, sorted(self.status.items()))
        return sha256(repr(told).encode()).hexdigest()[:16]

    def snapshot(
        self,
        row: Mapping[str, Any],
        lines: Iterable[Mapping[str, Any]] | None = None,
        *,
        said: Mapping[str, Any] | None = None,
    ) -> Snapshot | None:
        """The order in a row, or None if it is one to ignore.

        `lines` are rows too, of LINE_COLUMNS; `said` is what else `ignore` may ask for. Raises BadRow.
        """
        cells = {"id": None, **row} if lines is None else {"id": None, **row, "lines": lines}
        found: dict[str, Any] = {}
        problems: dict[str, str] = {}
        currency = _UNCLEAR
        try:
            currency = found["currency"] = _currency(values.text(cells.pop("currency", ""))) or self.currency
        except BadValue as problem:
            problems["currency"] = str(problem)
        for column, raw in cells.items():
            try:
                found[column] = self._understood(column, raw, currency=currency)
            except BadValue as problem:
                problems[column] = str(problem)
        if self.ignore and self._is_ignored(found, {**row, **(said or {})}, problems=problems):
            return None
        if problems:
            raise BadRow(problems)
        return Snapshot(**found)

    def _understood(self, column: str, raw: Any, *, currency: str) -> Any:
        match COLUMNS.get(column):
            case Kind.TEXT:
                return values.text(raw)
            case Kind.INSTANT:
                return values.instant(raw, zone=self.zone)
            case Kind.MONEY:
                return self._minor(raw, currency)
            case Kind.TRUTH:
                said = values.truth(raw)
                return bool(said) if column == "is_test" else said
            case Kind.STATUS:
                return self._status(raw)
            case Kind.TAGS:
                return values.tags(raw)
            case Kind.LINES:
                rows = values.objects(raw)
                return None if rows is None else tuple(self._line(row, currency) for row in rows)
            case Kind.ID:
                return _id("" if isinstance(raw, bool) else values.text(raw))
            case None:
                raise BadValue(unknown(column))

    def _status(self, raw: Any) -> OrderStatus | None:
        if isinstance(raw, OrderStatus):  # ours already: not to be looked up among the shop's words
            return raw
        if not (said := values.text(raw)):
            return None
        word = said.casefold()
        if status := self.status.get(word):
            return status
        try:
            return OrderStatus(word)
        except ValueError:
            raise BadValue(
                f'{said!r} is not known: add "{said}" = "…" to [shops.status] of shop {self.shop!r},'
                f" with one of {', '.join(OrderStatus)}"
            ) from None

    def _minor(self, raw: Any, currency: str) -> int | None:
        amount = values.number(raw, decimals=digits(currency) if currency else 2)
        if amount is None:
            return None
        if not currency:
            raise BadValue(
                "an amount without a currency: add a column `currency`, or the setting currency = 'EUR'"
            )
        if self.minor_units and amount != amount.to_integral_value():
            raise BadValue(f"{amount} is not a whole number of minor units: is minor_units = true meant?")
        units = int(amount) if self.minor_units else to_minor(amount, currency)
        if abs(units) > MOST_UNITS:
            raise BadValue(f"{amount} {currency} is not a sensible amount")
        return units

    def _line(self, row: Mapping[str, Any], currency: str) -> SnapshotLine:
        if strange := [name for name in row if name not in LINE_COLUMNS]:
            raise BadValue(f"{strange[0]!r} is not known in a line; known are {', '.join(LINE_COLUMNS)}")
        price = self._minor(row.get("price"), currency)
        if price is None:
            raise BadValue("a line has no price")
        quantity = values.number(row.get("quantity", 1))
        if quantity is not None and abs(quantity) >= MOST_PIECES:
            raise BadValue(f"{quantity} is not a sensible quantity")
        sku, name = values.text(row.get("sku")), values.text(row.get("name"))
        return SnapshotLine(
            sku=sku, name=name, quantity=Decimal(1) if quantity is None else quantity, price=price
        )

    def _is_ignored(
        self, found: Mapping[str, Any], row: Mapping[str, Any], *, problems: dict[str, str]
    ) -> bool:
        """The condition sees values as understood, amounts in major units; a bare `status` is the shop's."""
        order = {column: found.get(column, _NOT_SAID.get(COLUMNS[column])) for column in COLUMNS}
        others = {name: raw for name, raw in row.items() if name not in COLUMNS}
        for column in ("total", "refunded_total"):
            if (units := order[column]) is not None:
                order[column] = from_minor(units, found.get("currency") or _UNCLEAR)
        try:
            theirs = values.text(row.get("status"))
            return expressions.is_true(self.ignore, {**others, **order, "status": theirs, "order": order})
        except (ExpressionError, BadValue) as error:
            problems["ignore"] = str(error)
            return False


def _id(said: str) -> str:
    if not said:
        raise BadValue("the row has no id")
    if len(said) > MAX_ID:
        raise BadValue(f"it is longer than {MAX_ID} characters")
    return said


def _currency(said: str) -> str:
    if said and not re.fullmatch(r"[A-Za-z]{3}", said):
        raise BadValue(f"{said!r} is not an ISO 4217 code such as EUR")
    return said.upper()
