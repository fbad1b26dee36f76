"""A shop on Shopify, asked by its Admin API for what has changed."""

import re
from datetime import timedelta
from typing import Any, Unpack

from paldies.clock import Clock, SystemClock
from paldies.orders.shops.api import ApiShop, named, variable
from paldies.orders.shops.base import ShopError
from paldies.orders.shops.hooked import Heard, Hook, Way
from paldies.orders.shops.http import Border, base_url
from paldies.orders.shops.meaning import Words
from paldies.orders.shops.reading import Reading
from paldies.orders.shops.shopify.hook import REFUNDED, TOPICS, opened, refund
from paldies.orders.shops.shopify.order import told
from paldies.orders.shops.shopify.source import REMEDIES, Shopify, breather
from paldies.orders.shops.shopify.token import Issuer, Token
from paldies.orders.shops.silent import Silent

API_VERSION = "2026-07"  # Shopify serves each for a year, and answers with the oldest it has after that


class ShopifyShop(ApiShop):
    """An app with the scope read_orders; without read_all_orders Shopify shows the last 60 days.

    An app of the Dev Dashboard has `client_id` and `client_secret`; one that was made in the shop's own
    admin, as was possible until 2025, has a `token`. With a `webhook_secret` alone, it is not asked, and only
    calls; hooks that an app registers are signed with its `client_secret`.
    Words, the first that fits: cancelled, refunded, then how far the goods are (all parcels delivered, all
    sent, some sent), then the payment: paid is `paid`, authorized is `confirmed`, pending is `pending`, but
    `confirmed` for cash on delivery, invoices and payment terms. In [shops.status] Shopify's own words for
    payment and fulfilment (`fulfilled = "delivered"`) may be given another meaning.
    """

    def __init__(
        self,
        name: str,
        *,
        url: str,
        token: str = "",
        client_id: str = "",
        client_secret: str = "",
        webhook_secret: str = "",
        old_webhook_secret: str = "",
        api_version: str = API_VERSION,
        overlap: timedelta = timedelta(minutes=5),
        clock: Clock | None = None,
        **words: Unpack[Words],
    ) -> None:
        """`overlap`: how long a change may take to come to light.

        `old_webhook_secret` counts as well while the secret is being changed. Raises ShopError.
        """
        clock = clock or SystemClock()
        with named(name):
            address = base_url(url)
            if "//admin.shopify.com" in address:
                raise ShopError("url is that of Shopify's admin: write https://<your shop>.myshopify.com")
            is_asked = bool(token or (client_id and client_secret))
            if not is_asked and (client_id or client_secret or not webhook_secret):
                raise ShopError(
                    "client_id and client_secret (or token) are missing: in Shopify's Dev Dashboard, make"
                    " an app with the scope read_orders, install it, and set"
                    f" {variable(name, 'client_id')} and {variable(name, 'client_secret')}"
                )
            if not re.fullmatch(r"\d{4}-\d{2}|unstable", api_version):
                raise ShopError(f"api_version {api_version!r} is none: write one such as {API_VERSION}")
            shown = Token(token)
            border = Border(
                re.sub(r"(?<!/)/admin\b.*", "", address),
                auth=shown,
                secrets=(token, client_secret),
                remedies=REMEDIES,
                pause=breather,
            )
            issuer = None
            if not token:
                issuer = Issuer(border, shown, id=client_id, secret=client_secret, clock=clock)
        secrets = filter(None, (webhook_secret, old_webhook_secret, client_secret))
        super().__init__(
            name,
            source=Shopify(border, version=api_version, issuer=issuer) if is_asked else Silent(),
            read=told,
            reading=Reading.of(name, **words),
            hook=Hook(Way.SHOPIFY, tuple(secrets), TOPICS, is_alone=not is_asked),
            overlap=overlap,
            clock=clock,
        )

    def hear(self, topic: str, told: Any) -> Heard:
        """See Hooked.hear."""
        told = opened(told)
        if topic == REFUNDED and isinstance(told, dict):
            return refund(told)
        return self.understand(told)
