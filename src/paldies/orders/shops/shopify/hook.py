"""What the hooks of a Shopify shop tell.

https://shopify.dev/docs/api/webhooks
"""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from paldies.campaigns.money import to_minor
from paldies.campaigns.words import OrderStatus
from paldies.orders.shops.hooked import Amendment
from paldies.orders.shops.shopify.refunds import paid_back
from paldies.orders.shops.told import Json, moment, text
from paldies.orders.shops.values import BadValue
from paldies.orders.snapshot import Snapshot

REFUNDED = "refunds/create"
TOPICS = ("orders/create", "orders/paid", "orders/updated", "orders/fulfilled", "orders/cancelled", REFUNDED)
_NOT_YET_SENT = frozenset((OrderStatus.CONFIRMED, OrderStatus.PAID))


def opened(told: Any) -> Any:
    """The order or refund itself, also where it comes in the envelope that the Admin API puts around it."""
    if isinstance(told, dict) and "id" not in told:
        return told.get("order", told.get("refund", told))
    return told


def refund(told: Json) -> Amendment:
    """What was paid back, of an order that is not told again. Raises BadValue."""
    order_id, at = text(told, "order_id"), moment(told, "created_at")
    if not order_id:
        raise BadValue("order_id: the refund names no order")
    if at is None:
        raise BadValue("created_at: the refund does not say when it was made")
    return Amendment(order_id, partial(_after, told, at))


def _after(told: Json, at: datetime, known: Snapshot) -> Snapshot:
    """A refund changes its order: one that was told as it stood then, or later, has it already."""
    if isinstance(known.updated_at, datetime) and known.updated_at >= at:
        return known
    amount = to_minor(paid_back(told, known.currency), known.currency)
    if not amount:  # goods went back into stock, and no money to the customer
        return known
    back = (known.refunded_total or 0) + amount
    status = known.status
    if back >= (known.total or 0):
        status = OrderStatus.REFUNDED
    elif status in _NOT_YET_SENT:
        status = OrderStatus.PART_REFUNDED
    return replace(known, refunded_total=back, refunded_at=at, updated_at=at, status=status)
