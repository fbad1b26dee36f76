"""The columns that a shop's orders may have, and what follows where one is missing."""

from collections.abc import Sequence
from difflib import get_close_matches
from enum import StrEnum

from paldies.orders.shops.base import ShopError


class Kind(StrEnum):
    """How the values of a column are read."""

    ID = "id"
    TEXT = "text"
    STATUS = "status"
    MONEY = "money"
    INSTANT = "instant"
    TRUTH = "truth"
    TAGS = "tags"
    LINES = "lines"


_NAMES: dict[Kind, str] = {
    Kind.ID: "id",
    Kind.TEXT: (
        "number currency payment_method customer_id email phone first_name last_name company locale"
        " time_zone country region city postal_code address consent_source todo"
    ),
    Kind.STATUS: "status",
    Kind.MONEY: "total refunded_total",
    Kind.INSTANT: (
        "placed_at confirmed_at paid_at shipped_at delivered_at promised_at cancelled_at refunded_at"
        " updated_at consent_at todo_by"
    ),
    Kind.TRUTH: "is_test accepts_email accepts_sms accepts_call",
    Kind.TAGS: "tags",
    Kind.LINES: "lines",
}
COLUMNS: dict[str, Kind] = {name: kind for kind, names in _NAMES.items() for name in names.split()}

LINE_COLUMNS = ("order_id", "sku", "name", "quantity", "price")

WITHOUT: dict[str, str] = {
    "number": "the customer is shown the id instead",
    "status": "what happened is told by the times alone (paid_at, shipped_at …)",
    "currency": "the shop's own `currency` setting is used; total cannot be read without either",
    "total": "conditions on order.total cannot be answered",
    "placed_at": "an order counts as placed when it is first seen, so history cannot be told from news",
    "updated_at": "changes to older orders are found once a night only",
    "customer_id": "customers are told apart by their e-mail address alone",
    "email": "no e-mail can be sent",
    "phone": "no call and no text message can be made",
    "first_name": "customers are greeted without a name",
    "locale": "everyone is written to in the language of [paldies] locale",
    "country": "the customer's time zone and holidays are not known",
    "promised_at": "promises can be neither watched nor kept",
    "accepts_email": "only service e-mails are sent, unless consent is recorded otherwise",
}


def headings(names: Sequence[str]) -> list[str]:
    """Our names for the columns that a shop calls `names`, in the same order; case does not matter.

    Raises ShopError for a column that is unknown, there twice, or `id` if it is missing.
    """
    ours = [name.strip().casefold() for name in names]
    for name, heading in zip(names, ours, strict=True):
        if heading not in COLUMNS:
            raise ShopError(unknown(name))
        if ours.count(heading) > 1:
            raise ShopError(f"the column {heading!r} is there twice: keep one of them")
    if "id" not in ours:
        raise ShopError("there is no column 'id': name the column with the order's id so (… AS id)")
    return ours


def unknown(name: str) -> str:
    """What to say of a column that nobody knows."""
    near = get_close_matches(name.strip().casefold(), COLUMNS, n=1, cutoff=0.5)
    remedy = f"is {near[0]!r} meant? Otherwise leave it out" if near else "leave it out"
    return f"the column {name!r} is not known: {remedy}; known are {', '.join(COLUMNS)}"
