"""Makes the shops that orders come from."""

from paldies.bootstrap.set_up import SetUpError
from paldies.clock import Clock
from paldies.orders.shops.base import Shop
from paldies.orders.shops.making import SettingError, made_shop
from paldies.settings import OrderSource


def make_shop(source: OrderSource, clock: Clock | None = None) -> Shop:
    """Raises SetUpError for a kind or a key that nobody knows, ShopError for values that cannot be used."""
    try:
        return made_shop(source.kind, source.name, settings=source.details, clock=clock)
    except SettingError as error:
        raise SetUpError(f"shops.{source.name}.{error}") from None
