"""What a Shopify customer has agreed to."""

from typing import Any

from paldies.orders.shops.told import Json, moment, part, phone, text

_ANSWERS = {"subscribed": True, "not_subscribed": False, "unsubscribed": False, "redacted": False}


def consent(order: Json, *, email: str, phone: str) -> dict[str, Any]:
    """Cells for the address and number that messages will go to. Raises BadValue.

    The customer's answers hold for the customer's own address and number; for another address the order's
    checkbox tells. A double opt-in that is still pending is no answer.
    """
    customer = part(order, "customer")
    by_email, by_sms = part(customer, "email_marketing_consent"), part(customer, "sms_marketing_consent")
    dates = []
    accepts_email = _checkbox(order, "buyer_accepts_marketing")
    if text(by_email, "state") and text(customer, "email").casefold() in ("", email.casefold()):
        accepts_email = _ANSWERS.get(text(by_email, "state").casefold())
        dates.append(moment(by_email, "consent_updated_at"))
    accepts_sms = None
    if text(by_sms, "state") and phone and _own_number(customer) == phone:
        accepts_sms = _ANSWERS.get(text(by_sms, "state").casefold())
        dates.append(moment(by_sms, "consent_updated_at"))
    return {
        "accepts_email": accepts_email,
        "accepts_sms": accepts_sms,
        "consent_at": max((date for date in dates if date), default=None),
        "consent_source": text(by_email, "opt_in_level") or text(by_sms, "opt_in_level"),
    }


def _own_number(customer: Json) -> str:
    return phone((text(customer, "phone"), text(part(customer, "default_address"), "country_code")))


def _checkbox(order: Json, name: str) -> bool | None:
    said = order.get(name)
    return said if isinstance(said, bool) else None
