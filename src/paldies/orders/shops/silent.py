"""The API of a shop that is not asked: it only calls."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from paldies.orders.shops.api import Batch
from paldies.orders.shops.hooked import Registered
from paldies.orders.shops.told import Json


class Silent:
    """See Source: there is never anything to tell, and nothing goes wrong."""

    def changed(self, after: datetime | None, page: int) -> Iterator[Batch]:
        return iter(())

    def only(self, ids: Sequence[str]) -> Iterator[Sequence[Any]]:
        return iter(())

    def newest(self, count: int) -> Sequence[Any]:
        return ()

    def registered(self) -> list[Registered] | None:
        return None

    def changed_at(self, order: Json) -> Any:
        return None

    def close(self) -> None:
        """Nothing was opened."""
