"""Stand-ins for what lies outside: they pass the same contract tests as the real things."""

from collections.abc import Iterator, Sequence
from typing import Any

from paldies.orders.shops.base import ColumnReport, Page, Rejected, ShopError
from paldies.orders.snapshot import Snapshot


class FakeShop:
    """A shop whose orders a test sets."""

    def __init__(self, name: str = "store", *, page_size: int = 500) -> None:
        self.name = name
        self.page_size = page_size
        self.is_down = False
        self.is_closed = False
        self._changes: list[Snapshot | Rejected] = []

    def put(self, *orders: Snapshot) -> None:
        """New orders, or the present state of known ones."""
        self._changes += orders

    def spoil(self, order_id: str, problem: str) -> None:
        """A row that nobody can understand."""
        self._changes.append(Rejected(f"order {order_id}", problem))

    def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
        self._answer()
        start = cursor.get("changes", 0)
        for begin in range(start, len(self._changes), self.page_size):
            end = min(begin + self.page_size, len(self._changes))
            yield self._page(self._changes[begin:end], {"changes": end})

    def rescan(self, open_order_ids: Sequence[str]) -> Iterator[Page]:
        self._answer()
        present = {order.id: order for order in self._changes if isinstance(order, Snapshot)}
        yield self._page([present[wanted] for wanted in open_order_ids if wanted in present], {})

    def inspect(self) -> Sequence[ColumnReport]:
        self._answer()
        ids = [order.id for order in self._changes if isinstance(order, Snapshot)]
        return [ColumnReport("id", found=True, example=ids[0], understood=ids[0])] if ids else []

    def close(self) -> None:
        self.is_closed = True

    def _answer(self) -> None:
        if self.is_down:
            raise ShopError(f"shop {self.name!r}: it does not answer: is it running? It is tried again")

    @staticmethod
    def _page(changes: Sequence[Snapshot | Rejected], cursor: dict[str, Any]) -> Page:
        snapshots = [change for change in changes if isinstance(change, Snapshot)]
        return Page(snapshots, cursor, [change for change in changes if isinstance(change, Rejected)])
