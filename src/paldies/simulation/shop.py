"""A shop whose past is played: it tells what it told then, when it told it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from paldies.clock import Clock
from paldies.orders.shops.base import ColumnReport, Page
from paldies.simulation.telling import INSTANT, Telling

_PAGE = 500  # orders


class PlayedShop:
    """See Shop. There is nothing to ask again at night: the tape has every change at its moment."""

    def __init__(self, name: str, telling: Telling, clock: Clock) -> None:
        self.name = name
        self._telling = telling
        self._clock = clock
        self._told_until = datetime(1970, 1, 1, tzinfo=UTC)

    def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
        """How far it was read need not be written down: nobody starts this shop again."""
        until = self._clock.now() + INSTANT
        arrivals = self._telling.arrivals(self._told_until, until)
        told = (self._telling.snapshot(one) for one in arrivals if one.shop == self.name)
        while page := list(islice(told, _PAGE)):
            yield Page(page)
        self._told_until = until

    def rescan(self, open_order_ids: Sequence[str]) -> Iterator[Page]:
        return iter(())

    def inspect(self) -> Sequence[ColumnReport]:
        return ()

    def close(self) -> None:
        """The tape is closed by whoever has put it in."""
