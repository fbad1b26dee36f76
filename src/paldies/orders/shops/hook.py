"""A shop of any make that tells of its orders by hooks alone, in our own words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from paldies.clock import Clock
from paldies.orders.shops.base import ColumnReport, Page, ShopError
from paldies.orders.shops.hooked import Heard, Hook, Registered, Way
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
        time_zone: str = "UTC",
        currency: str = "",
        minor_units: bool = False,
        ignore: str = "",
        status: Mapping[str, str] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`old_webhook_secret` counts as well while the secret is being changed. Raises ShopError."""
        self.name = name
        self.reading = Reading.of(
            name,
            time_zone=time_zone,
            currency=currency,
            minor_units=minor_units,
            ignore=ignore,
            status=status,
        )
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
