"""Which orders a person means by an order's number, an e-mail address or a telephone number."""

import re
from contextlib import suppress
from datetime import datetime
from email.utils import parseaddr

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from paldies.customers.addresses import AddressError, email_address
from paldies.customers.forgotten import forgotten_addresses, is_buried
from paldies.customers.identity import roots_of
from paldies.customers.revision import customers_using
from paldies.store.schema import orders
from paldies.store.shops import shops_with_orders

MOST = 20
_TELEPHONE = re.compile(r"[\s(]*\+?(?:[\s()./-]*[0-9]){5,17}[\s()./-]*")
_IN_FRONT_OF_NUMBERS = "#№ "


def find_orders(session: Session, query: str) -> list[int]:
    """Row ids, newest order first, at most 20: by the shop's id or number, or else by who bought."""
    text = _typed(query)
    if not text:
        return []
    return _by_number(session, text) or _by_buyer(session, text)


def was_forgotten(session: Session, query: str) -> bool:
    """Whether the same query names an order, or a buyer, that is not to be known any more."""
    text = _typed(query)
    ids = {text, text.lstrip(_IN_FRONT_OF_NUMBERS)}
    return any(is_buried(session, one) for one in ids) or bool(forgotten_addresses(session, _contacts(text)))


def _typed(query: str) -> str:
    return "".join(char for char in query if char.isprintable()).strip()


def _by_number(session: Session, text: str) -> list[int]:
    """As it is written or, as people type it, without regard to case."""
    bare = text.lstrip(_IN_FRONT_OF_NUMBERS)
    ids = {typed for word in (text, bare) if word for typed in (word, word.upper(), word.lower())}
    return _newest(
        session,
        # the index begins with the shop: there are few, and without them all orders would be read
        _ORDERS.where(orders.c.shop.in_(list(shops_with_orders(session))), orders.c.external_id.in_(ids)),
        _ORDERS.where(orders.c.number.in_({*ids, *(f"#{word}" for word in ids)})),
    )


def _by_buyer(session: Session, text: str) -> list[int]:
    buyers = set(roots_of(session, customers_using(session, _contacts(text))).values())
    return _newest(session, _ORDERS.where(orders.c.customer_id.in_(buyers))) if buyers else []


def _contacts(text: str) -> set[str]:
    return _email(text) if "@" in text else _phones(text)


def _email(text: str) -> set[str]:
    """Also as mail programs copy it: `Alice <alice@example.com>`, `mailto:alice@example.com`."""
    with suppress(AddressError):
        return {email_address(parseaddr(text.removeprefix("mailto:"))[1])}
    return set()


def _phones(text: str) -> set[str]:
    """The numbers that these digits may be in any country: staff need not know which.

    Looking up hundreds (20 ms) is quicker than loading the numbering plans of all countries (700 ms).
    """
    text = text.removeprefix("tel:")
    if not _TELEPHONE.fullmatch(text):
        return set()
    digits = "".join(filter(str.isdigit, text))
    if "+" in text:
        return {f"+{digits}"}
    if digits.startswith("00"):
        return {f"+{digits[2:]}"}
    # what is dialled first within a country: nothing, 0, 1 or 8, or 06 in Hungary
    national = {digits, digits[1:], digits[2:] if digits.startswith("06") else digits}
    return {
        f"+{digits}",
        *(f"+{code}{number}" for code in COUNTRY_CODE_TO_REGION_CODE for number in national),
    }


_ORDERS = select(orders.c.placed_at, orders.c.id)


def _newest(session: Session, *statements: Select[datetime, int]) -> list[int]:
    found = {(row.placed_at, row.id) for statement in statements for row in session.execute(statement)}
    return [order_id for _, order_id in sorted(found, reverse=True)[:MOST]]
