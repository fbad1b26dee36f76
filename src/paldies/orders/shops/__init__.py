"""The kinds of shop that orders come from: each takes its settings as keywords."""

from collections.abc import Callable

from paldies.orders.shops.base import Shop
from paldies.orders.shops.folder import FolderShop
from paldies.orders.shops.sql import SqlShop

SHOPS: dict[str, Callable[..., Shop]] = {
    "sql": SqlShop,
    "folder": FolderShop,
}
