"""What comes of one poll of a shop."""

from typing import Any

import pytest

from paldies.orders.shops.base import Shop, ShopError
from paldies.orders.snapshot import Snapshot


def watch(shop: Shop, cursor: dict[str, Any]) -> tuple[list[Snapshot], dict[str, Any]]:
    """The orders that came, and the cursor to keep."""
    pages = list(shop.poll(cursor))
    return [order for page in pages for order in page.snapshots], pages[-1].cursor if pages else cursor


def refusal(shop: Shop) -> str:
    with pytest.raises(ShopError) as caught:
        list(shop.poll({}))
    return str(caught.value)
