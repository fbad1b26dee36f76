"""What every shop does: tell which orders are new or have changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from paldies.orders.snapshot import Snapshot


class ShopError(Exception):
    """The shop cannot be read; the text says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that could not be understood; the rest was taken."""

    where: str  # file and line, or the order's id
    problem: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some orders, and the cursor to keep once they are stored.

    Pages of one poll come in order; `cursor` is plain JSON, meaningful to the shop only.
    """

    snapshots: Sequence[Snapshot]
    cursor: dict[str, Any] = field(default_factory=dict)
    rejected: Sequence[Rejected] = ()


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """How one column of the first rows was understood, for `paldies check`."""

    column: str
    found: bool
    example: str  # the raw value
    understood: str
    problem: str = ""


class Shop(Protocol):
    """A place that orders come from. Its methods block: they are run off the event loop.

    A shop may report the same order as often as it likes: the watcher notices.
    """

    name: str

    def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
        """Pages of orders that are new or may have changed since `cursor` ({} = never read).

        The caller stores each page together with its cursor before it asks for the next.
        Raises ShopError.
        """
        ...

    def rescan(self, open_order_ids: Sequence[str]) -> Iterator[Page]:
        """The present state of orders that are still open, for shops whose `updated_at` cannot be trusted.

        These pages have no cursor to keep. A shop that cannot tell yields none. Raises ShopError.
        """
        ...

    def inspect(self) -> Sequence[ColumnReport]:
        """How the first rows are understood, column by column. Raises ShopError."""
        ...

    def close(self) -> None: ...
