"""How far the goods of a Shopify order are on their way."""

from datetime import datetime

from paldies.campaigns.words import OrderStatus
from paldies.orders.shops.told import Json, moment, parts, text


class Parcels:
    """What its fulfilments say. One that failed or was cancelled counts as none; so do goods without parcels.

    An order is shipped when the last of its parcels is, and delivered when all of them are.
    """

    def __init__(self, order: Json) -> None:
        """Raises BadValue."""
        self._sent = [
            each
            for each in parts(order, "fulfillments")
            if text(each, "status").casefold() in ("success", "")
        ]
        items = parts(order, "line_items")
        has_goods = not items or any(item.get("requires_shipping") is not False for item in items)
        self._word = text(order, "fulfillment_status").casefold() if has_goods else ""

    @property
    def state(self) -> OrderStatus | None:
        if self._word == "fulfilled":
            return OrderStatus.DELIVERED if self._are_delivered else OrderStatus.SHIPPED
        return OrderStatus.PART_SHIPPED if self._word == "partial" else None

    def shipped_at(self, *, is_part: bool) -> datetime | None:
        """Of the first parcel as long as there are more to come. Raises BadValue."""
        moments = [at for each in self._sent if (at := moment(each, "created_at"))]
        if is_part:
            return min(moments, default=None)
        return max(moments, default=None) if self._word == "fulfilled" else None

    @property
    def delivered_at(self) -> datetime | None:
        """Raises BadValue."""
        if self.state is not OrderStatus.DELIVERED:
            return None
        return max((at for each in self._sent if (at := moment(each, "updated_at"))), default=None)

    @property
    def _are_delivered(self) -> bool:
        words = [text(each, "shipment_status").casefold() for each in self._sent]
        return bool(words) and all(word == "delivered" for word in words)
