"""A shop of any make that tells of its orders by hooks alone, in our own words."""

from collections.abc import Iterator, Sequence
from typing import Any, Unpack

from paldies.clock import Clock
from paldies.orders.shops.base import ColumnReport, Page, ShopError
from paldies.orders.shops.hooked import Heard, Hook, Registered, Way
from paldies.orders.shops.meaning import Meaning
from paldies.orders.shops.reading import Reading
from paldies.orders.shops.values import BadValue


class HookShop:
    """Every hook tells one whole order as it stands, under our names of the columns: see docs/hooks.md."""

    def __init__(
        self,
        name: str,
        *,
        webhook_secret: str,
        old_webhook_secret: str = "",
        clock: Clock | None = None,
        **meaning: Unpack[Meaning],
    ) -> None:
        """`old_webhook_secret` counts as well while the secret is being changed. Raises ShopError."""
        self.name = name
        self.reading = Reading.of(name, **meaning)
        if not webhook_secret:
            raise ShopError(f"shop {name!r}: webhook_secret is empty: anybody could sign")
        secrets = tuple(filter(None, (webhook_secret, old_webhook_secret)))
        self.hook = Hook(Way.ORDERS, secrets, is_alone=True)

    def hear(self, topic: str, told: Any) -> Heard:
        """See Hooked.hear."""
        if not isinstance(told, dict):
            raise BadValue('the body is no JSON object: send one order, {"id": …}')
        return self.reading.snapshot(told)

    def registered(self) -> list[Registered] | None:
        """See Hooked.registered."""
        return None

    def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
        """See Shop.poll: there is nobody to ask."""
        return iter(())

    def rescan(self, open_order_ids: Sequence[str]) -> Iterator[Page]:
        """See Shop.rescan."""
        return iter(())

    def inspect(self) -> Sequence[ColumnReport]:
        """See Shop.inspect."""
        return ()

    def close(self) -> None:
        """Nothing was opened."""
