"""The questions that are asked of WooCommerce's REST API, version 3."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from paldies.clock import Clock
from paldies.orders.shops import values
from paldies.orders.shops.api import Batch
from paldies.orders.shops.base import ShopError
from paldies.orders.shops.hooked import Registered
from paldies.orders.shops.http import Border
from paldies.orders.shops.told import Json, text
from paldies.orders.shops.values import BadValue

PATH = "/wp-json/wc/v3/orders"
HOOKS_PATH = "/wp-json/wc/v3/webhooks"
PER_PAGE = 100  # the most it gives
_OFFSETS = timedelta(hours=15)  # further apart no two clocks on Earth are
_TRASH_EVERY = timedelta(minutes=10)
_GMT = ZoneInfo("UTC")

REMEDIES = {
    400: "Is url right, and WooCommerce up to date?",
    401: "Correct key and secret: in WooCommerce, Settings → Advanced → REST API, make a key that may read."
    " If they are right, the web server keeps the Authorization header from WordPress",
    403: "The key may not read orders, or a security plugin keeps us out:"
    " make one for a shop manager, with the permission Read, and correct key and secret",
    404: "Is url the shop's address, WooCommerce active, and Settings → Permalinks anything but Plain?",
}


class WooCommerce:
    """Pages go by id: an order that changes while we read keeps its place, and one more only moves others on.

    Where one less would move others back, onto a page that is behind us, that page is read again.
    """

    def __init__(self, border: Border, clock: Clock) -> None:
        self._border = border
        self._clock = clock
        self._trash_seen_at = clock.now()

    def changed(self, after: datetime | None, page: int) -> Iterator[Batch]:
        """See Source.changed. Raises ShopError for a WooCommerce that is too old to be asked so."""
        changed: dict[str, str | int] = {}
        if after:
            changed = {"modified_after": _written(after), "dates_are_gmt": "true"}
        total = 0
        page = max(1, page - 1)  # some may have left while we were away
        while True:
            orders, headers = self._orders({**changed, "orderby": "id", "order": "asc", "page": page})
            if after:
                self._check_filter(orders, after)
            before, total = total, _count(headers, "X-WP-Total")
            if page > 1 and total < before:
                page = max(1, page - 1 - (before - total) // PER_PAGE)
                continue
            pages = _count(headers, "X-WP-TotalPages")
            is_last = not orders or (page >= pages if pages else len(orders) < PER_PAGE)
            page += 1
            yield Batch(orders, next_page=0 if is_last else page)
            if is_last:
                break
        yield from self._thrown_away()

    def only(self, ids: Sequence[str]) -> Iterator[Sequence[Any]]:
        """See Source.only; an order in the trash is one too."""
        known = [id for id in ids if id.isdecimal()]
        for start in range(0, len(known), PER_PAGE):
            wanted = known[start : start + PER_PAGE]
            found, _ = self._orders({"include": ",".join(wanted)})
            yield found
            there = {str(order["id"]) for order in found if isinstance(order, dict) and "id" in order}
            if missing := [id for id in wanted if id not in there]:
                yield self._orders({"include": ",".join(missing), "status": "trash"})[0]

    def newest(self, count: int) -> Sequence[Any]:
        """See Source.newest."""
        return self._orders({"orderby": "date", "order": "desc", "per_page": count})[0]

    def registered(self) -> list[Registered] | None:
        """See Source.registered."""
        found, _ = self._list(HOOKS_PATH, {}, "webhooks")
        hooks = [each for each in found if isinstance(each, dict)]
        words = {
            "active": ""
        }  # WooCommerce disables a hook by itself after it has failed some times in a row
        return [
            Registered(
                text(each, "topic"),
                text(each, "delivery_url"),
                words.get(text(each, "status"), text(each, "status")),
            )
            for each in hooks
        ]

    def heeds_modified_after(self) -> bool:
        """Whether it can be asked for changes: WooCommerce 5.8 and newer."""
        never: dict[str, str | int] = {
            "modified_after": "2200-01-01T00:00:00",
            "dates_are_gmt": "true",
            "per_page": 1,
        }
        return not self._orders(never)[0]

    def changed_at(self, order: Json) -> Any:
        """See Source.changed_at."""
        return order.get("date_modified_gmt")

    def close(self) -> None:
        self._border.close()

    def _thrown_away(self) -> Iterator[Batch]:
        """Orders put in the trash, which no other list shows: now and then, as it costs a question."""
        now = self._clock.now()
        if now - self._trash_seen_at < _TRASH_EVERY:
            return
        since = self._trash_seen_at - _TRASH_EVERY
        orders, _ = self._orders(
            {"status": "trash", "modified_after": _written(since), "dates_are_gmt": "true"}
        )
        self._trash_seen_at = now
        yield Batch([order for order in orders if isinstance(order, dict) and order.get("status") == "trash"])

    def _orders(self, params: Mapping[str, str | int]) -> tuple[list[Any], Mapping[str, str]]:
        return self._list(PATH, params, "orders")

    def _list(
        self, path: str, params: Mapping[str, str | int], name: str
    ) -> tuple[list[Any], Mapping[str, str]]:
        reply = self._border.get(path, {"per_page": PER_PAGE, **params})
        if not isinstance(reply.body, list):
            raise ShopError(f"{path} answers with something that is no list of {name}. {REMEDIES[404]}")
        return reply.body, reply.headers

    def _check_filter(self, orders: Sequence[Any], after: datetime) -> None:
        for order in orders:
            try:
                moment = values.instant(order["date_modified_gmt"], zone=_GMT)
            except (BadValue, KeyError, TypeError):
                continue
            if isinstance(moment, datetime) and moment < after - _OFFSETS:
                raise ShopError(
                    "it gives all its orders where only those are asked for that have changed."
                    " Update WooCommerce to 5.8 or newer, and keep caches away from /wp-json/"
                )


def _written(moment: datetime) -> str:
    """Without a zone: WordPress would turn one into its own time, even where dates_are_gmt."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _count(headers: Mapping[str, str], name: str) -> int:
    told = headers.get(name, "").strip()
    return int(told) if told.isdecimal() and len(told) < 10 else 0
