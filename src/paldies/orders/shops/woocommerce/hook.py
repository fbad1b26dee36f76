"""What the hooks of a WooCommerce shop tell.

https://woocommerce.com/document/webhooks/
"""

from dataclasses import replace

from paldies.campaigns.words import OrderStatus
from paldies.orders.shops.hooked import Amendment
from paldies.orders.shops.told import Json, text
from paldies.orders.shops.values import BadValue
from paldies.orders.snapshot import Snapshot

DELETED = "order.deleted"
TOPICS = ("order.created", "order.updated", "order.restored", DELETED)


def deletion(told: Json) -> Amendment:
    """An order was put in the trash, of which WooCommerce tells the id alone. Raises BadValue."""
    if not (id := text(told, "id")):
        raise BadValue("id: the hook names no order")
    return Amendment(id, _cancelled)


def _cancelled(known: Snapshot) -> Snapshot:
    return replace(known, status=OrderStatus.CANCELLED)
