"""How an order is told by Shopify (Admin API, REST; the body of a hook is the same), and what it means."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from paldies.campaigns.words import OrderStatus
from paldies.orders.happenings import is_paid_later
from paldies.orders.shops.reading import Reading
from paldies.orders.shops.shopify.consent import consent
from paldies.orders.shops.shopify.parcels import Parcels
from paldies.orders.shops.shopify.refunds import refunded_at, refunded_total
from paldies.orders.shops.told import Json, Told, moment, part, parts, phone, text

_PAYMENT = {
    "pending": OrderStatus.PENDING,
    "partially_paid": OrderStatus.PENDING,
    "voided": OrderStatus.PENDING,
    "expired": OrderStatus.PENDING,
    "authorized": OrderStatus.CONFIRMED,
    "paid": OrderStatus.PAID,
    "partially_refunded": OrderStatus.PART_REFUNDED,
    "refunded": OrderStatus.REFUNDED,
}
_PAID = frozenset((OrderStatus.PAID, OrderStatus.PART_REFUNDED, OrderStatus.REFUNDED))
# Ways of paying that a person ticks off: when the money came, Shopify does not tell.
_BY_HAND = ("manual", "bank", "deposit", "transfer", "money order", "cheque")


def told(order: Json, reading: Reading) -> Told:
    """The order in our columns. Raises BadValue.

    Money is the shop's own, not what it was in the customer's currency.
    """
    billing, shipping = part(order, "billing_address"), part(order, "shipping_address")
    customer = part(order, "customer")
    address = shipping or billing or part(customer, "default_address")
    parcels = Parcels(order)
    method = _method(order)
    payment, status = _standing(order, reading, parcels=parcels, method=method)
    email = text(order, "email") or text(order, "contact_email") or text(customer, "email")
    number = phone(*_numbers(order))
    cells = {
        "id": order.get("id"),
        "number": text(order, "name").removeprefix("#") or text(order, "order_number"),
        "status": status,
        "currency": order.get("currency"),
        "total": order.get("total_price"),
        "refunded_total": refunded_total(order),
        **_acceptance(order, payment, status=status, method=method),
        "shipped_at": parcels.shipped_at(is_part=status is OrderStatus.PART_SHIPPED),
        "delivered_at": parcels.delivered_at,
        "cancelled_at": order.get("cancelled_at"),
        "refunded_at": refunded_at(order),
        "updated_at": order.get("updated_at"),
        "payment_method": method,
        "is_test": order.get("test") is True,
        "tags": order.get("tags"),
        "customer_id": customer.get("id"),
        "email": email,
        "phone": number,
        "first_name": next(_said("first_name", customer, billing, shipping), ""),
        "last_name": next(_said("last_name", customer, billing, shipping), ""),
        "company": next(_said("company", billing, shipping), ""),
        "locale": order.get("customer_locale"),
        "country": text(address, "country_code") or text(address, "country"),
        "region": text(address, "province_code") or text(address, "province"),
        "city": address.get("city"),
        "postal_code": address.get("zip"),
        "address": ", ".join(filter(None, (text(address, "address1"), text(address, "address2")))),
        **consent(order, email=email, phone=number),
        "lines": _lines(order),
    }
    words = {name: text(order, name) for name in ("financial_status", "fulfillment_status", "source_name")}
    theirs = words["fulfillment_status"] or words["financial_status"]
    return Told(cells, {**words, "status": theirs, "note": text(order, "note")})


def _standing(
    order: Json, reading: Reading, *, parcels: Parcels, method: str
) -> tuple[OrderStatus | str, OrderStatus | str]:
    """How the payment stands, and the order: what ended it, else how far the goods are, else the payment.

    A partial refund of goods that are under way shows in the sum refunded.
    """
    word, where = text(order, "financial_status").casefold(), text(order, "fulfillment_status").casefold()
    payment: OrderStatus | str = reading.status.get(word) or _PAYMENT.get(word) or word
    if word == "pending" and word not in reading.status:
        is_on_trust = is_paid_later(method) or bool(part(order, "payment_terms"))
        payment = OrderStatus.CONFIRMED if is_on_trust else payment
    if order.get("cancelled_at"):
        return payment, OrderStatus.CANCELLED
    if payment is OrderStatus.REFUNDED:
        return payment, payment
    return payment, reading.status.get(where) or parcels.state or payment


def _acceptance(
    order: Json, payment: OrderStatus | str, *, status: OrderStatus | str, method: str
) -> dict[str, datetime | None]:
    """When it was placed, confirmed and paid.

    An order brought over from another shop says in `processed_at` when it was placed there. What is paid at
    the checkout is paid and confirmed in that moment; of what is paid later Shopify does not tell when.
    """
    moments = [found for name in ("processed_at", "created_at") if (found := moment(order, name))]
    placed_at = min(moments, default=None)
    is_on_trust = is_paid_later(method) or bool(part(order, "payment_terms"))
    is_by_hand = is_on_trust or any(word in method.casefold() for word in _BY_HAND)
    is_confirmed = payment in _PAID or payment is OrderStatus.CONFIRMED
    is_standing = is_confirmed and status is not OrderStatus.CANCELLED
    return {
        "placed_at": placed_at,
        "confirmed_at": placed_at if is_standing and (is_on_trust or not is_by_hand) else None,
        "paid_at": placed_at if payment in _PAID and not is_by_hand else None,
    }


def _method(order: Json) -> str:
    names = order.get("payment_gateway_names")
    told = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return ", ".join(told) or text(order, "gateway")


def _numbers(order: Json) -> Iterator[tuple[str, str]]:
    """Telephone numbers with the countries they are written in, the one given with the order first."""
    billing, shipping = part(order, "billing_address"), part(order, "shipping_address")
    customer = part(order, "customer")
    yield text(order, "phone"), text(shipping or billing, "country_code")
    for address in (shipping, billing):
        yield text(address, "phone"), text(address, "country_code")
    at_home = part(customer, "default_address")
    yield text(customer, "phone"), text(at_home, "country_code")
    yield text(at_home, "phone"), text(at_home, "country_code")


def _said(name: str, *parts_: Json) -> Iterator[str]:
    return (found for each in parts_ if (found := text(each, name)))


def _lines(order: Json) -> list[dict[str, Any]] | None:
    if not isinstance(order.get("line_items"), list):
        return None
    return [
        {
            "sku": item.get("sku"),
            "name": _name(item),
            "quantity": item.get("quantity", 1),
            "price": item.get("price"),
        }
        for item in parts(order, "line_items")
    ]


def _name(item: Json) -> str:
    """With the variant."""
    title, variant = text(item, "title"), text(item, "variant_title")
    return text(item, "name") or " - ".join(filter(None, (title, variant)))
