"""How an order is told by WooCommerce (REST API, version 3), and what it means."""

import html
import re
from decimal import Decimal
from typing import Any

from paldies.campaigns.words import OrderStatus
from paldies.orders.happenings import is_paid_later
from paldies.orders.shops.reading import Reading
from paldies.orders.shops.told import Json, Told, number, part, parts, phone, text

# What a small shop means by WooCommerce's words. A failed payment may be tried again: it is no cancellation.
# "completed" is what is clicked when the parcel is handed over. [shops.status] may say otherwise.
_MEANING = {
    "pending": OrderStatus.PENDING,
    "on-hold": OrderStatus.PENDING,
    "failed": OrderStatus.PENDING,
    "processing": OrderStatus.CONFIRMED,
    "partial-shipped": OrderStatus.PART_SHIPPED,
    "completed": OrderStatus.SHIPPED,
    "cancelled": OrderStatus.CANCELLED,
    "trash": OrderStatus.CANCELLED,
    "refunded": OrderStatus.REFUNDED,
}
_CARTS = frozenset(("checkout-draft", "auto-draft", "draft"))  # nobody has ordered yet
_UNDER_WAY = frozenset(("pending", "on-hold", "failed", "processing", "cancelled", "trash"))
_LANGUAGE_KEYS = frozenset(("wpml_language", "trp_language", "_locale", "locale", "_language"))
_TAG = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)
_LONGEST_OPTION = 60  # characters; what is longer is an upload or a greeting, no variation
_LEAST_QUANTITY = Decimal("0.001")


def told(order: Json, reading: Reading) -> Told | None:
    """The order in our columns; None for a cart. Raises BadValue.

    Cash on delivery counts as confirmed, not as paid, though WooCommerce dates a payment as soon as it is
    "processing". Of refunds and cancellations it tells no time: they happened when they were first seen.
    """
    status = text(order, "status").casefold().removeprefix("wc-")
    if status in _CARTS:
        return None
    billing, shipping = part(order, "billing"), part(order, "shipping")
    method, title = _plain(order, "payment_method"), _plain(order, "payment_method_title")
    is_on_trust = is_paid_later(f"{method} {title}")
    accepted_at = order.get("date_paid_gmt")
    paid_at = None if is_on_trust else accepted_at
    meaning = reading.status.get(status) or _meaning(order, status, is_paid=bool(paid_at))
    confirmed_at = None
    if is_on_trust and meaning is not OrderStatus.PENDING:
        confirmed_at = accepted_at or order.get("date_created_gmt")
    completed = reading.status.get("completed") or _meaning(order, "completed", is_paid=True)
    completed_at = None if status in _UNDER_WAY else order.get("date_completed_gmt")
    cells = {
        "id": order.get("id"),
        "number": order.get("number"),
        "status": meaning,
        "currency": order.get("currency"),
        "total": order.get("total"),
        "refunded_total": sum(abs(number(refund, "total")) for refund in parts(order, "refunds")),
        "placed_at": order.get("date_created_gmt"),
        "confirmed_at": confirmed_at,
        "paid_at": paid_at,
        "shipped_at": completed_at if completed is OrderStatus.SHIPPED else None,
        "delivered_at": completed_at if completed is OrderStatus.DELIVERED else None,
        "updated_at": order.get("date_modified_gmt"),
        "payment_method": method or title,
        "customer_id": order.get("customer_id") or "",  # 0: a guest
        "email": billing.get("email"),
        "phone": phone(*((text(each, "phone"), text(each, "country")) for each in (billing, shipping))),
        "first_name": _plain(billing, "first_name") or _plain(shipping, "first_name"),
        "last_name": _plain(billing, "last_name") or _plain(shipping, "last_name"),
        "company": _plain(billing, "company"),
        "locale": _locale(order),
        **_place(billing, shipping),
        "lines": _lines(order),
    }
    said = {
        "status": status,
        "created_via": _plain(order, "created_via"),
        "note": _plain(order, "customer_note"),
    }
    return Told(cells, said)


def _meaning(order: Json, status: str, *, is_paid: bool) -> OrderStatus | str:
    """What a word stands for; one that is not known stays as it is.

    Downloads complete by themselves once they are paid: nothing was shipped.
    """
    meaning = _MEANING.get(status, status)
    if meaning is OrderStatus.SHIPPED and order.get("needs_processing") is False:
        meaning = OrderStatus.CONFIRMED
    return OrderStatus.PAID if meaning is OrderStatus.CONFIRMED and is_paid else meaning


def _place(billing: Json, shipping: Json) -> dict[str, str]:
    """Where the customer is: where the parcel goes, if it goes anywhere."""
    goes_there = any(_plain(shipping, name) for name in ("country", "city", "postcode", "address_1"))
    address = shipping if goes_there else billing
    lines = (_plain(address, "address_1"), _plain(address, "address_2"))
    return {
        "country": _plain(address, "country") or _plain(billing, "country"),
        "region": _plain(address, "state"),
        "city": _plain(address, "city"),
        "postal_code": _plain(address, "postcode"),
        "address": ", ".join(filter(None, lines)),
    }


def _locale(order: Json) -> str:
    """Where one of the usual plugins for several languages has left it."""
    if said := _plain(order, "lang"):
        return said
    for meta in parts(order, "meta_data"):
        if text(meta, "key") in _LANGUAGE_KEYS and isinstance(meta.get("value"), str):
            return text(meta, "value")
    return ""


def _lines(order: Json) -> list[dict[str, Any]] | None:
    if not isinstance(order.get("line_items"), list):
        return None
    is_gross = order.get("prices_include_tax") is True
    return [
        {
            "sku": item.get("sku"),
            "name": _name(item),
            "quantity": item.get("quantity", 1),
            "price": _price(item, is_gross=is_gross),
        }
        for item in parts(order, "line_items")
    ]


def _name(item: Json) -> str:
    """With the variation, which WooCommerce puts into the name only while it is short."""
    name = _decoded(_TAG.sub(" ", text(item, "name")))
    if not item.get("variation_id"):
        return name
    options = []
    for meta in parts(item, "meta_data"):
        option = meta.get("display_value") or meta.get("value")
        if isinstance(option, str) and not text(meta, "key").startswith("_"):
            option = _decoded(_TAG.sub(" ", option))
            if 0 < len(option) <= _LONGEST_OPTION and not _is_in(option, name):
                options.append(option)
    return f"{name} – {', '.join(options)}" if options else name


def _is_in(option: str, name: str) -> bool:
    """As words of its own: the size L is not in "Blue"."""
    return re.search(rf"(?<!\w){re.escape(option)}(?!\w)", name, re.IGNORECASE) is not None


def _price(item: Json, *, is_gross: bool) -> Decimal:
    """Of one piece, after discounts; with tax where the shop's prices are (`price` never has it)."""
    if item.get("price") is not None and not is_gross:
        return number(item, "price")
    quantity = number(item, "quantity")
    whole = number(item, "total") + (number(item, "total_tax") if is_gross else 0)
    return whole / quantity if abs(quantity) >= _LEAST_QUANTITY else number(item, "price")


def _plain(of: Json, name: str) -> str:
    """Text within, its HTML entities decoded. Raises BadValue."""
    return _decoded(text(of, name))


def _decoded(said: str) -> str:
    return " ".join(html.unescape(said).split())
