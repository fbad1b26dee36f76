"""A shop whose orders are read with a query of the user's own, from any SQL database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Unpack

from paldies.clock import Clock, SystemClock
from paldies.orders.shops.base import ColumnReport, Page, Rejected, ShopError
from paldies.orders.shops.cursor import Cursor
from paldies.orders.shops.inspection import reports
from paldies.orders.shops.meaning import Meaning
from paldies.orders.shops.reading import BadRow, Reading
from paldies.orders.shops.seen import Seen, fingerprint
from paldies.orders.shops.since import Form, Mark
from paldies.orders.shops.source import Cells, Source, key
from paldies.orders.snapshot import Snapshot

_FIRST_ROWS = 100
_ALL_ROWS = 500_000  # 35 MB; a shop with more orders and no :since has all of them stored anew at each poll

Since = Literal["auto", "datetime", "text", "epoch", "epoch_ms"]
_FORMS = {"datetime": Form.NAIVE, "text": Form.TEXT, "epoch": Form.SECONDS, "epoch_ms": Form.MILLISECONDS}


@dataclass(slots=True, eq=False)
class _Row:
    """One row on its way to a snapshot."""

    cells: Cells
    hashed: int
    mark: Mark | None
    awaits_lines: bool = False


class SqlShop:
    """Reads what changed since the latest `updated_at` (else `placed_at`) seen, less an overlap.

    The overlap is for transactions that commit late and for equal timestamps; what it brings again unchanged
    is dropped by its hash. The cursor moves at the end of a poll, because rows come in any order.
    Without `:since` in the query every poll reads the whole of it, and drops what has not changed.
    """

    def __init__(
        self,
        name: str,
        *,
        url: str,
        query: str,
        lines_query: str = "",
        since: Since = "auto",
        overlap: timedelta = timedelta(minutes=10),
        clock: Clock | None = None,
        **meaning: Unpack[Meaning],
    ) -> None:
        """`since` says what the query compares `:since` with, if not with `updated_at`. Raises ShopError."""
        self.name = name
        self.reading = Reading.of(name, **meaning)
        with self._named():
            if since != "auto" and since not in _FORMS:
                raise ShopError(f"since = {since!r} is not known: write auto, {', '.join(_FORMS)}")
            self._source = Source(url, query, lines_query=lines_query, form=_FORMS.get(since))
        self._overlap = overlap
        self._clock = clock or SystemClock()
        self._settings = f"{self.reading.fingerprint}.{fingerprint([query, lines_query]):x}"
        self._seen = Seen() if self._source.uses_since else Seen(limit=_ALL_ROWS)
        self._kept: dict[str, Any] = {}  # the cursor up to which what was seen is known to be stored

    def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
        """See Shop.poll."""
        if cursor != self._kept:  # a page was not stored, or it is for another database
            self._seen.forget()
        reached = Cursor.restored(cursor, settings=self._settings)
        with self._named():
            for chunk in self._source.changed(reached.mark, self._overlap):
                rows = [self._row(cells) for cells in chunk]
                for row in rows:
                    reached = reached.past(row.mark)
                fresh = [row for row in rows if row.hashed not in self._seen]
                snapshots, rejected = self._understood(fresh)
                for row in rejected:
                    reached = reached.rejecting(row.mark)
                if snapshots or rejected:
                    yield Page(snapshots, cursor, list(rejected.values()))
                # only now, as the caller comes back for more, is the page known to be stored
                self._seen.add(row.hashed for row in fresh if not row.awaits_lines)
        kept = reached.kept(self._clock.now()) if self._source.uses_since else {}
        if kept != cursor:
            yield Page((), kept)
        self._kept = kept

    def rescan(self, open_order_ids: Sequence[str]) -> Iterator[Page]:
        """See Shop.rescan: asks the same query for just these orders."""
        with self._named():
            for chunk in self._source.only(open_order_ids):
                snapshots, rejected = self._understood([self._row(cells) for cells in chunk])
                yield Page(snapshots, rejected=list(rejected.values()))

    def inspect(self) -> Sequence[ColumnReport]:
        """See Shop.inspect."""
        with self._named():
            names, cells = self._source.first(_FIRST_ROWS)
            rows = [self._row(each) for each in cells]
            if self._source.has_lines:
                self._add_lines(rows)
                names.append("lines")
            return [*reports(names, cells, reading=self.reading), self._since_report(rows)]

    def close(self) -> None:
        """Nothing is kept open between polls."""

    def _row(self, cells: Cells) -> _Row:
        if (
            not self._source.uses_since
        ):  # no one will ask how far we came, and to find out costs most of a row
            return _Row(cells, fingerprint(cells.values()), None)
        moments = (cells.get("updated_at"), cells.get("placed_at"))
        marks = (Mark.of(raw, zone=self.reading.zone) for raw in moments if raw is not None)
        return _Row(cells, fingerprint(cells.values()), next((mark for mark in marks if mark), None))

    def _understood(self, rows: Sequence[_Row]) -> tuple[list[Snapshot], dict[_Row, Rejected]]:
        if self._source.has_lines:
            self._add_lines(rows)
        snapshots: list[Snapshot] = []
        rejected: dict[_Row, Rejected] = {}
        for row in rows:
            try:
                if order := self.reading.snapshot(row.cells):
                    snapshots.append(order)
            except BadRow as problem:
                rejected[row] = Rejected(f"order {key(row.cells['id']) or 'without an id'}", str(problem))
        return snapshots, rejected

    def _add_lines(self, rows: Sequence[_Row]) -> None:
        lines = self._source.lines([row.cells["id"] for row in rows if row.cells["id"] is not None])
        for row in rows:
            row.cells["lines"] = lines.get(key(row.cells["id"]), [])
            row.awaits_lines = not row.cells["lines"]  # some shops commit an order before its lines

    def _since_report(self, rows: Sequence[_Row]) -> ColumnReport:
        if not self._source.uses_since:
            advice = "every poll reads all orders; a large shop should add WHERE updated_at >= :since"
            return ColumnReport(":since", found=False, example="", understood=advice)
        mark = next((row.mark for row in rows if row.mark), None)
        if mark is None:
            problem = (
                "no order tells when it was updated or placed: every poll reads them all" if rows else ""
            )
            return ColumnReport(":since", found=True, example="", understood="not known yet", problem=problem)
        return ColumnReport(
            ":since",
            found=True,
            example=str(self._source.since(mark, self._overlap)),
            understood=f"compared as {self._source.compared_as(mark.form)}",
        )

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except ShopError as error:
            raise ShopError(f"shop {self.name!r}: {error}") from None
