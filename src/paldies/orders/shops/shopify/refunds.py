"""What of a Shopify order was paid back, in the shop's own currency."""

from datetime import datetime
from decimal import Decimal

from paldies.orders.shops.told import Json, moment, number, part, parts, text
from paldies.orders.shops.values import BadValue


def refunded_total(order: Json) -> Decimal:
    """What was paid back so far; never less than the total where Shopify calls the order refunded.

    Raises BadValue.
    """
    paid_back = sum((_amount(refund, order) for refund in parts(order, "refunds")), Decimal(0))
    if text(order, "financial_status").casefold() == "refunded":
        return max(paid_back, number(order, "total_price"))
    return paid_back


def refunded_at(order: Json) -> datetime | None:
    """When money was paid back last. Raises BadValue."""
    refunds = [refund for refund in parts(order, "refunds") if _amount(refund, order)]
    moments = [moment(refund, "processed_at") or moment(refund, "created_at") for refund in refunds]
    return max((at for at in moments if at), default=None)


def paid_back(refund: Json, currency: str) -> Decimal:
    """The same of one refund whose order is not at hand, in the order's `currency`. Raises BadValue."""
    sums = [part(item, "subtotal_set") for item in parts(refund, "refund_line_items")]
    rate = next((each for each in sums if number(part(each, "presentment_money"), "amount")), {})
    foreign = {text(each, "currency") for each in parts(refund, "transactions")} - {"", currency}
    if foreign and not rate:
        raise BadValue(f"transactions: it is told in {foreign.pop()}, and not what that is in {currency}")
    return _amount(refund, {"currency": currency, "total_price_set": rate})


def _amount(refund: Json, order: Json) -> Decimal:
    """What left the till, as far as it succeeded: goods may go back into stock without money."""
    return sum(
        (
            number(transaction, "amount") * _rate(transaction, order)
            for transaction in parts(refund, "transactions")
            if text(transaction, "kind").casefold() == "refund"
            and text(transaction, "status").casefold() in ("success", "")
        ),
        Decimal(0),
    )


def _rate(transaction: Json, order: Json) -> Decimal:
    """From the customer's currency into the shop's, as it was when the order was placed."""
    currency = text(transaction, "currency")
    if currency in ("", text(order, "currency")):
        return Decimal(1)
    amounts = part(order, "total_price_set")
    ours, theirs = part(amounts, "shop_money"), part(amounts, "presentment_money")
    whole = number(theirs, "amount")
    return number(ours, "amount") / whole if whole >= Decimal("0.01") else Decimal(1)
