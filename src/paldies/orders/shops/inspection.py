"""How the first rows of a shop are understood, for `paldies check`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from paldies.campaigns.money import from_minor
from paldies.orders.shops.base import ColumnReport
from paldies.orders.shops.columns import COLUMNS, WITHOUT, Kind
from paldies.orders.shops.reading import BadRow, Reading
from paldies.orders.snapshot import Snapshot

_LONGEST = 60  # characters of an example

_Row = tuple[Mapping[str, Any], Mapping[str, Any]]  # a row, and what the shop itself says


def reports(
    headings: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    *,
    reading: Reading,
    said: Sequence[Mapping[str, Any]] = (),
) -> list[ColumnReport]:
    """One report for each column that is there, then one for each whose absence has consequences.

    `said`, if any, is row by row what the shop calls things where that is not what the row holds.
    """
    # without `ignore`: a test order shows as well as any other how its columns are meant
    plain = replace(reading, ignore="")
    told = list(zip(rows, said or [{}] * len(rows), strict=True))
    found = [_report(column, told, reading=plain) for column in headings]
    missing = [
        ColumnReport(column=column, found=False, example="", understood=consequence)
        for column, consequence in WITHOUT.items()
        if column not in headings and not (column == "currency" and reading.currency)
    ]
    return [*found, *missing, *_ignored(told, reading=reading)]


def _report(column: str, rows: Sequence[_Row], *, reading: Reading) -> ColumnReport:
    example, understood, problem = "", "", ""
    for row, said in rows:
        if row.get(column) in (None, ""):
            continue
        raw = _short(said.get(column) or row[column])
        try:
            order = reading.snapshot(row)
        except BadRow as bad:
            if column in bad.problems:  # the first problem is worth more than the first success
                return ColumnReport(column, True, raw, understood, bad.problems[column])
            # the row is bad elsewhere: this column and what it needs, alone
            order = _alone(row, column, reading=reading)
        if order and not understood:
            example, understood = raw, _shown(order, column)
    if not understood:
        problem = f"empty in the first {len(rows)} rows" if column == "id" and rows else ""
        understood = "empty so far"
    return ColumnReport(column, True, example, understood, problem)


def _alone(row: Mapping[str, Any], column: str, *, reading: Reading) -> Snapshot | None:
    try:
        return reading.snapshot({"id": "1", "currency": row.get("currency"), column: row[column]})
    except BadRow:
        return None


def _shown(order: Snapshot, column: str) -> str:
    value = getattr(order, column)
    if COLUMNS[column] is Kind.MONEY:
        return str(from_minor(value, order.currency))
    if COLUMNS[column] is Kind.TRUTH:
        return "yes" if value else "no"
    if COLUMNS[column] is Kind.LINES:
        return f"{len(value)} lines"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S UTC")
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _short(raw: Any) -> str:
    shown = str(raw)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _ignored(rows: Sequence[_Row], *, reading: Reading) -> list[ColumnReport]:
    if not reading.ignore:
        return []
    count, problem = 0, ""
    for row, said in rows:
        try:
            count += reading.snapshot(row, said=said) is None
        except BadRow as bad:
            problem = problem or bad.problems.get("ignore", "")
    understood = f"leaves out {count} of the first {len(rows)} rows"
    return [ColumnReport("ignore", True, reading.ignore, understood, problem)]
