"""How a file of orders, CSV or JSON Lines, is read row by row."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from paldies.orders.shops.base import Page, Rejected, ShopError
from paldies.orders.shops.columns import COLUMNS, headings
from paldies.orders.shops.reading import BadRow, Reading
from paldies.orders.shops.values import BadValue, from_json
from paldies.orders.snapshot import Snapshot

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")
MAX_LINE = 2_000_000  # bytes; more than that is no order, and must not fill the memory

_PAGE = 500  # rows, or fewer
_PAGE_BYTES = 2 * MAX_LINE
_BLOCK = 65_536  # bytes
_DELIMITERS = ",;\t"
_NOT_UTF_8 = "this is not UTF-8: save the file as UTF-8"
_TOO_LONG = "\ud800"  # stands for a line that was not kept; no UTF-8 decodes to it
_SURROGATES = re.compile(r"[\udc80-\udcff]")  # bytes that are not UTF-8


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: its cells under our names, or what is wrong with it."""

    line: int  # where it begins, from 1
    written: str  # the row itself
    cells: dict[str, Any] | None
    problem: str = ""


def read_file(
    path: Path,
    reading: Reading,
    *,
    on_progress: Callable[[int, int], None] = lambda read, size: None,
    on_rejected: Callable[[Row, str], None] = lambda row, problem: None,
) -> Iterator[Page]:
    """Pages of one file's orders, without cursors. Raises ShopError.

    Before each page, `on_progress` is told how many bytes have been read, and of how many.
    """
    with OrderFile(path) as file:
        snapshots: list[Snapshot] = []
        rejected: list[Rejected] = []
        begins_at = 0
        for row in file.rows():
            try:
                if snapshot := _snapshot(row, reading):
                    snapshots.append(snapshot)
            except (BadRow, BadValue) as problem:
                on_rejected(row, str(problem))
                rejected.append(Rejected(f"{path.name}, line {row.line}", str(problem)))
            if len(snapshots) + len(rejected) >= _PAGE or file.bytes_read - begins_at > _PAGE_BYTES:
                on_progress(file.bytes_read, file.size)
                yield Page(snapshots, rejected=rejected)
                snapshots, rejected, begins_at = [], [], file.bytes_read
        on_progress(file.bytes_read, file.size)
        if snapshots or rejected:
            yield Page(snapshots, rejected=rejected)


def _snapshot(row: Row, reading: Reading) -> Snapshot | None:
    """Raises BadRow or BadValue."""
    if row.cells is None:
        raise BadValue(row.problem)
    return reading.snapshot(row.cells)


class OrderFile:
    """An open file of orders. Raises ShopError if it cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes_read = 0
        self.size = 0
        self._file: BinaryIO

    def __enter__(self) -> "OrderFile":
        try:
            self._file = self.path.open("rb")
            self.size = self.path.stat().st_size
        except OSError as error:
            raise ShopError(f"{self.path} cannot be read: {error.strerror or error}") from None
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def rows(self) -> Iterator[Row]:
        """Each row; one that cannot be read does not stop the rest, but a bad heading does."""
        rows = self._csv_rows() if self.path.suffix.lower() in (".csv", ".tsv") else self._json_rows()
        try:
            yield from rows
        except OSError as error:
            raise ShopError(f"{self.path} cannot be read: {error.strerror or error}") from None

    def _csv_rows(self) -> Iterator[Row]:
        lines = ((line, written) for line, written in self._lines() if written.strip())
        first, heading = next(lines, (0, ""))
        if not heading:
            return
        delimiter = max(_DELIMITERS, key=lambda sign: len(COLUMNS.keys() & set(_split(heading, sign))))
        try:
            if unreadable := _unreadable(heading) or (
                "\0" in heading and _NOT_UTF_8
            ):  # UTF-16 is full of NULs
                raise ShopError(unreadable)
            names = headings(_split(heading, delimiter))
        except ShopError as problem:
            yield Row(first, heading, None, f"the first line has to name the columns, but {problem}")
            return
        for line, written, record in _records(self._lines(first), delimiter):
            if unreadable := _unreadable(written):
                yield Row(line, written, None, unreadable)
            elif isinstance(record, str):
                yield Row(line, written, None, record)
            elif len(record) != len(names):
                yield Row(line, written, None, f"{len(record)} values under {len(names)} columns")
            else:
                yield Row(line, written, dict(zip(names, record, strict=True)))

    def _json_rows(self) -> Iterator[Row]:
        for line, written in self._lines():
            if not written.strip():
                continue
            if unreadable := _unreadable(written):
                yield Row(line, written, None, unreadable)
                continue
            try:
                found = from_json(written)
            except BadValue as problem:
                yield Row(line, written, None, str(problem))
                continue
            if isinstance(found, dict):
                yield Row(line, written, {name.strip().casefold(): value for name, value in found.items()})
            else:
                yield Row(line, written, None, "this is not a JSON object: write {…} in each line")

    def _lines(self, number: int = 0) -> Iterator[tuple[int, str]]:
        """The lines after that number, with their numbers; one that is too long is only marked."""
        while raw := self._file.readline(MAX_LINE):
            number += 1
            self.bytes_read += len(raw)
            if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
                self._skip_line()
                yield number, _TOO_LONG
                continue
            written = raw.decode("utf-8", "surrogateescape")
            yield number, written.removeprefix("\ufeff") if number == 1 else written

    def _skip_line(self) -> None:
        while rest := self._file.readline(_BLOCK):
            self.bytes_read += len(rest)
            if rest.endswith(b"\n"):
                return


def _records(lines: Iterator[tuple[int, str]], delimiter: str) -> Iterator[tuple[int, str, list[str] | str]]:
    """CSV records: the number of their first line, their text, and their values or what is wrong.

    A quotation mark that is never closed spoils its own line only: those after it are read afresh.
    """
    waiting: deque[tuple[int, str]] = deque()
    taken: list[tuple[int, str]] = []

    def take() -> Iterator[str]:
        length = 0
        while following := waiting.popleft() if waiting else next(lines, None):
            taken.append(following)
            length += len(following[1])
            if length > MAX_LINE and len(taken) > 1:
                raise csv.Error(f"the record is longer than {MAX_LINE // 1_000_000} MB")
            yield following[1]

    while True:
        taken.clear()
        try:
            record = next(csv.reader(take(), delimiter=delimiter, strict=True), None)
        except csv.Error as error:
            waiting.extendleft(reversed(taken[1:]))
            yield *taken[0], f"{error}: check its quotation marks"
            continue
        if record is None:
            return
        if record:
            yield taken[0][0], "".join(written for _, written in taken), record


def _split(heading: str, delimiter: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([heading], delimiter=delimiter), [])]


def _unreadable(written: str) -> str:
    """What keeps a line from being read as text at all."""
    if _TOO_LONG in written:
        return f"the line is longer than {MAX_LINE // 1_000_000} MB"
    if _SURROGATES.search(written):
        return _NOT_UTF_8
    return ""
