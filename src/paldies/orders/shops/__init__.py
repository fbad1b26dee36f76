"""The kinds of shop that orders come from: each takes its settings as keywords."""

from collections.abc import Callable

from paldies.orders.shops.base import Shop
from paldies.orders.shops.folder import FolderShop
from paldies.orders.shops.hook import HookShop
from paldies.orders.shops.shopify.shop import ShopifyShop
from paldies.orders.shops.sql import SqlShop
from paldies.orders.shops.woocommerce.shop import WooCommerceShop

SHOPS: dict[str, Callable[..., Shop]] = {
    "sql": SqlShop,
    "folder": FolderShop,
    "woocommerce": WooCommerceShop,
    "shopify": ShopifyShop,
    "hook": HookShop,
}
