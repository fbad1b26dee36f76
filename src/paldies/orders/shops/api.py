"""A shop that is asked over HTTP, page by page, for the orders that have changed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from paldies.clock import Clock, SystemClock
from paldies.orders.shops import values
from paldies.orders.shops.base import ColumnReport, Page, Rejected, ShopError
from paldies.orders.shops.hooked import Hook, Registered
from paldies.orders.shops.inspection import reports
from paldies.orders.shops.reading import BadRow, Reading
from paldies.orders.shops.seen import Seen, fingerprint
from paldies.orders.shops.told import Json, Told
from paldies.orders.shops.values import BadValue
from paldies.orders.shops.walk import Reach, Walk
from paldies.orders.snapshot import Snapshot

_FIRST_ROWS = 20

Reader = Callable[[Json, Reading], Told | None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some orders as the API tells them; `next_page`, if any, is where to go on after an interruption."""

    orders: Sequence[Any]
    next_page: int = 0


class Source(Protocol):
    """One kind of API. Its methods block, and raise ShopError."""

    def changed(self, after: datetime | None, page: int) -> Iterator[Batch]:
        """All that changed later than that (None: all), from that page on. May tell more, never less."""
        ...

    def only(self, ids: Sequence[str]) -> Iterator[Sequence[Any]]:
        """These orders, whenever they changed; those that are gone are left out."""
        ...

    def newest(self, count: int) -> Sequence[Any]: ...

    def registered(self) -> list[Registered] | None:
        """The hooks that the shop has on record; None if it cannot be asked."""
        ...

    def changed_at(self, order: Json) -> Any:
        """The API's word for when an order changed last."""
        ...

    def close(self) -> None: ...


@dataclass(slots=True, eq=False)
class _Row:
    """One order on its way to a snapshot."""

    order: Any
    hashed: int
    changed_at: datetime | None


class ApiShop:
    """Reads what changed since the latest change seen, less an overlap for what comes to light late.

    What the overlap brings again unchanged is dropped by its hash. Once nothing has changed for as long as
    the overlap, nothing older can come any more, and only what is newer is asked for: a poll of a quiet shop
    costs one request and an empty answer. An import that is interrupted goes on where it was.
    """

    def __init__(
        self,
        name: str,
        *,
        source: Source,
        read: Reader,
        reading: Reading,
        hook: Hook,
        overlap: timedelta,
        clock: Clock | None,
    ) -> None:
        self.name = name
        self.reading = reading
        self.hook = hook
        self._source = source
        self._read = read
        self._overlap = overlap
        self._clock = clock or SystemClock()
        self._seen = Seen()
        self._kept: dict[str, Any] = {}  # the cursor up to which what was seen is known to be stored
        self._standing: tuple[datetime | None, datetime] = (None, self._clock.now())  # a mark, and since when
        self._settled: datetime | None = None  # the mark, if nothing older can come any more

    def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
        """See Shop.poll."""
        if cursor != self._kept:  # a page was not stored, or it is for another database
            self._seen.forget()
        reach = Reach.restored(cursor, settings=self.reading.fingerprint)
        walk = reach.walk or Walk(self._since(reach.mark), self._clock.now())
        with self._named():
            for batch in self._source.changed(walk.since, walk.page):
                rows = [self._row(order) for order in batch.orders]
                fresh = [row for row in rows if row.hashed not in self._seen]
                snapshots, rejected = self._understood(fresh)
                for row in rows:
                    walk = walk.past(row.changed_at)
                for row in rejected:
                    walk = walk.rejecting(row.changed_at)
                if batch.next_page:
                    walk = replace(walk, page=batch.next_page)
                    cursor = reach.during(walk).kept()
                if snapshots or rejected or batch.next_page:
                    yield Page(snapshots, cursor, list(rejected.values()))
                # only now, as the caller comes back for more, is the page known to be stored
                self._seen.add(row.hashed for row in fresh)
        if walk.began_at - self._standing[1] >= self._overlap:
            self._settled = reach.mark
        kept = reach.after(walk).kept()
        if kept != cursor:
            yield Page((), kept)
        self._kept = kept

    def rescan(self, open_order_ids: Sequence[str]) -> Iterator[Page]:
        """See Shop.rescan."""
        with self._named():
            for orders in self._source.only(open_order_ids):
                snapshots, rejected = self._understood([self._row(order) for order in orders])
                yield Page(snapshots, rejected=list(rejected.values()))

    def inspect(self) -> Sequence[ColumnReport]:
        """See Shop.inspect."""
        found: list[Told] = []
        broken: list[ColumnReport] = []
        with self._named():
            for order in self._source.newest(_FIRST_ROWS):
                try:
                    told = self._told(order)
                except BadValue as problem:
                    broken.append(ColumnReport(_name(order), True, "", "", str(problem)))
                else:
                    found += [told] if told else []
        if not found:  # what a shop without orders leaves out says nothing
            return broken
        cells, said = [told.cells for told in found], [told.said for told in found]
        return [*reports(list(cells[0]), cells, reading=self.reading, said=said), *broken]

    def understand(self, order: Any) -> Snapshot | None:
        """One order, whichever way it is told; None if there is nothing to take. Raises BadRow, BadValue."""
        told = self._told(order)
        return self.reading.snapshot(told.cells, said=told.said) if told else None

    def registered(self) -> list[Registered] | None:
        """See Hooked.registered."""
        with self._named():
            return self._source.registered()

    def close(self) -> None:
        self._source.close()

    def _since(self, mark: datetime | None) -> datetime | None:
        if mark != self._standing[0]:
            self._standing = mark, self._clock.now()
        return mark if mark is None or mark == self._settled else mark - self._overlap

    def _row(self, order: Any) -> _Row:
        changed_at = None
        if isinstance(order, dict):
            with suppress(BadValue):  # the order will be rejected for it
                moment = values.instant(self._source.changed_at(order), zone=self.reading.zone)
                changed_at = moment if isinstance(moment, datetime) else None
        return _Row(order, fingerprint([order]), changed_at)

    def _understood(self, rows: Sequence[_Row]) -> tuple[list[Snapshot], dict[_Row, Rejected]]:
        snapshots: list[Snapshot] = []
        rejected: dict[_Row, Rejected] = {}
        for row in rows:
            try:
                if order := self.understand(row.order):
                    snapshots.append(order)
            except (BadRow, BadValue) as problem:
                rejected[row] = Rejected(_name(row.order), str(problem))
        return snapshots, rejected

    def _told(self, order: Any) -> Told | None:
        if not isinstance(order, dict):
            raise BadValue("it is no object")
        return self._read(order, self.reading)

    @contextmanager
    def _named(self) -> Iterator[None]:
        with named(self.name):
            yield


@contextmanager
def named(shop: str) -> Iterator[None]:
    """Says in every error which shop it is about."""
    try:
        yield
    except ShopError as error:
        raise ShopError(f"shop {shop!r}: {error}") from None


def variable(shop: str, key: str) -> str:
    """Where a secret is best kept: the environment variable of a shop's setting."""
    return f"PALDIES_SHOPS_{shop}_{key}".upper().replace("-", "_")


def _name(order: Any) -> str:
    id = order.get("id") if isinstance(order, dict) else None
    return f"order {id}" if isinstance(id, str | int) and id else "order without an id"
