"""A shop on WooCommerce, asked by its REST API for what has changed."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Unpack

from requests.auth import HTTPBasicAuth

from paldies.clock import Clock, SystemClock
from paldies.orders.shops.api import ApiShop, named, variable
from paldies.orders.shops.base import ColumnReport, ShopError
from paldies.orders.shops.hooked import Heard, Hook, Way
from paldies.orders.shops.http import Border, base_url
from paldies.orders.shops.meaning import Words
from paldies.orders.shops.reading import Reading
from paldies.orders.shops.silent import Silent
from paldies.orders.shops.woocommerce.hook import DELETED, TOPICS, deletion
from paldies.orders.shops.woocommerce.order import told
from paldies.orders.shops.woocommerce.source import REMEDIES, WooCommerce


class WooCommerceShop(ApiShop):
    """WooCommerce 5.8 or newer, with a key that may read; with a `webhook_secret` alone, it only calls.

    Words: pending, on-hold and failed are `pending`; processing is `paid`, or `confirmed` for cash on
    delivery; completed is `shipped`, because that is when most shops click it (for downloads `paid`);
    cancelled and trash are `cancelled`; refunded is `refunded`. WooCommerce knows no delivery: a plugin's
    words "shipped" and "delivered" are understood, any other goes into [shops.status], where
    `completed = "delivered"` is for shops that complete an order once it has arrived.
    """

    def __init__(
        self,
        name: str,
        *,
        url: str,
        key: str = "",
        secret: str = "",
        webhook_secret: str = "",
        old_webhook_secret: str = "",
        overlap: timedelta = timedelta(minutes=10),
        clock: Clock | None = None,
        **words: Unpack[Words],
    ) -> None:
        """`overlap`: how long a change may take to come to light.

        `old_webhook_secret` counts as well while the secret is being changed. Raises ShopError.
        """
        clock = clock or SystemClock()
        with named(name):
            address = re.sub(r"(?<!/)/wp-(json|admin)\b.*", "", base_url(url))
            is_asked = bool(key and secret)
            if not is_asked and (key or secret or not webhook_secret):
                raise ShopError(
                    "key or secret is missing: in WooCommerce, Settings → Advanced → REST API, add a key with"
                    f" the permission Read, and set {variable(name, 'key')} and {variable(name, 'secret')}"
                )
            if key.startswith("cs_") or secret.startswith("ck_"):
                raise ShopError(
                    "key and secret are the wrong way round: key begins with ck_, secret with cs_"
                )
            border = Border(
                address,
                auth=HTTPBasicAuth(key.encode(), secret.encode()),
                secrets=(key, secret, b64encode(f"{key}:{secret}".encode()).decode()),
                remedies=REMEDIES,
            )
        self._woocommerce = WooCommerce(border, clock) if is_asked else None
        secrets = filter(None, (webhook_secret, old_webhook_secret))
        super().__init__(
            name,
            source=self._woocommerce or Silent(),
            read=told,
            reading=Reading.of(name, **words),
            hook=Hook(Way.WOOCOMMERCE, tuple(secrets), TOPICS, is_alone=not is_asked),
            overlap=overlap,
            clock=clock,
        )

    def hear(self, topic: str, told: Any) -> Heard:
        """See Hooked.hear."""
        if topic == DELETED and isinstance(told, dict):
            return deletion(told)
        return self.understand(told)

    def inspect(self) -> Sequence[ColumnReport]:
        """See Shop.inspect; also whether the shop can be asked for what has changed."""
        found = super().inspect()
        if self._woocommerce is None:
            return found
        with named(self.name):
            heeds = self._woocommerce.heeds_modified_after()
        asked = ColumnReport("modified_after", True, "", "only what has changed is asked for")
        too_old = "the shop does not heed it: update WooCommerce to 5.8 or newer"
        return [*found, asked if heeds else replace(asked, understood="", problem=too_old)]
