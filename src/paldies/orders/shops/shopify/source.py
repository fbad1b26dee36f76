"""The questions that are asked of Shopify's Admin API (REST)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from paldies.orders.shops.api import Batch
from paldies.orders.shops.base import ShopError
from paldies.orders.shops.hooked import Registered
from paldies.orders.shops.http import Border, Reply
from paldies.orders.shops.shopify.token import Issuer
from paldies.orders.shops.told import Json, text

PER_PAGE = 250  # the most it gives
_DRAINED_IN = 20  # seconds in which a full bucket of calls empties: 40 calls at 2/s, with Plus 400 at 20/s
_FULL = 0.8  # of the bucket, from where on we go as slowly as it empties: other apps draw on it too

REMEDIES = {
    400: "Are client_id and client_secret those of an app that is installed in this shop?",
    401: "Correct token, or client_id and client_secret: they are those of an app installed in this shop",
    402: "Shopify has frozen the shop: its bill is not paid",
    403: "The app may not read orders: give it the scope read_orders, and install it again",
    404: "Is url the address that ends in .myshopify.com, and is api_version one that Shopify still serves?",
    423: "Shopify has locked the shop: its owner has to write to Shopify",
}


class Shopify:
    """A page ends where the next begins, by the time of the change: what changes while we read moves on to a
    later page, and none is lost."""

    def __init__(self, border: Border, *, version: str, issuer: Issuer | None = None) -> None:
        """`issuer` fetches the token, where it was not given for good."""
        self._border = border
        self._issuer = issuer
        self._path = f"/admin/api/{version}/orders.json"
        self._hooks_path = f"/admin/api/{version}/webhooks.json"

    def changed(self, after: datetime | None, page: int) -> Iterator[Batch]:
        """See Source.changed; always from the first page on."""
        params: dict[str, str | int] = {"status": "any", "limit": PER_PAGE, "order": "updated_at asc"}
        if after:  # its times are whole seconds, and the bound is one that belongs to it
            params["updated_at_min"] = (after + timedelta(seconds=1)).isoformat(timespec="seconds")
        before = ""
        while True:
            orders, reply = self._orders(params)
            yield Batch(orders)
            there = _page_info(reply)
            if there in ("", before):
                return
            params, before = {"limit": PER_PAGE, "page_info": there}, there

    def only(self, ids: Sequence[str]) -> Iterator[Sequence[Any]]:
        """See Source.only."""
        known = [id for id in ids if id.isdecimal()]
        for start in range(0, len(known), PER_PAGE):
            wanted = ",".join(known[start : start + PER_PAGE])
            yield self._orders({"status": "any", "limit": PER_PAGE, "ids": wanted})[0]

    def newest(self, count: int) -> Sequence[Any]:
        """See Source.newest."""
        return self._orders({"status": "any", "limit": count})[0]

    def registered(self) -> list[Registered] | None:
        """See Source.registered. Shopify shows an app its own; not those made in the shop's admin."""
        found, _ = self._list(self._hooks_path, {"limit": PER_PAGE}, "webhooks")
        return [
            Registered(text(each, "topic"), text(each, "address")) for each in found if isinstance(each, dict)
        ]

    def changed_at(self, order: Json) -> Any:
        """See Source.changed_at."""
        return order.get("updated_at")

    def close(self) -> None:
        self._border.close()

    def _orders(self, params: Mapping[str, str | int]) -> tuple[list[Any], Reply]:
        return self._list(self._path, params, "orders")

    def _list(self, path: str, params: Mapping[str, str | int], name: str) -> tuple[list[Any], Reply]:
        if self._issuer:
            self._issuer.renew_if_due()
        try:
            reply = self._border.get(path, params)
        except ShopError:
            if self._issuer:
                self._issuer.forget()
            raise
        found = reply.body.get(name) if isinstance(reply.body, dict) else None
        if not isinstance(found, list):
            raise ShopError(f"{path} answers with something that is no list of {name}. {REMEDIES[404]}")
        return found, reply


def breather(headers: Mapping[str, str]) -> float:
    """Seconds to wait so that the bucket of calls, as Shopify tells its level, does not overflow."""
    used, _, size = headers.get("X-Shopify-Shop-Api-Call-Limit", "").partition("/")
    if not (used.isdecimal() and size.isdecimal() and int(size)):
        return 0.0
    return max(0.0, (int(used) / int(size) - _FULL) * _DRAINED_IN)


def _page_info(reply: Reply) -> str:
    """Only this is taken from the link: the token goes nowhere but to the shop."""
    return parse_qs(urlsplit(reply.next_url).query).get("page_info", [""])[0]
