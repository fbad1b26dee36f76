"""Opens a door to every shop that may call us."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from paldies.clock import Clock
from paldies.orders.entries import Home
from paldies.orders.hooks.delivery import Door
from paldies.orders.hooks.inbox import Inbox
from paldies.orders.shops.base import Shop
from paldies.orders.shops.hooked import Hooked
from paldies.settings import OrderSource, Settings
from paldies.store.database import Database


def make_inbox(
    settings: Settings, shops: Iterable[tuple[OrderSource, Shop]], *, database: Database, clock: Clock
) -> Inbox:
    """Without a secret there is no door: nobody could be believed."""
    main = settings.paldies
    doors = {
        shop.name: Door(shop, Home(ZoneInfo(home_zone(source, settings)), main.country))
        for source, shop in shops
        if isinstance(shop, Hooked) and shop.hook.secrets
    }
    return Inbox(database, clock, doors)


def home_zone(source: OrderSource, settings: Settings) -> str:
    """What the bare days of a shop are meant in."""
    return str(source.details.get("time_zone", settings.paldies.time_zone))
