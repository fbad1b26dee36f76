"""What shops say of people who were forgotten is left out: they stay forgotten."""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from paldies.customers.forgotten import bury, forgotten_accounts, forgotten_addresses, forgotten_orders_among
from paldies.orders.entries import Entry


def without_forgotten(session: Session, shop: str, entries: Sequence[Entry]) -> list[Entry]:
    """Of orders that are not stored, those that may be.

    A person is known again by the shop's account or by e-mail; by number only where there is no e-mail, as a
    telephone may be shared. An order that is left out once is left out for good.
    """
    if not entries:
        return []
    buyers = [entry.buyer for entry in entries]
    buried = forgotten_orders_among(session, shop, {buyer.order_id for buyer in buyers})
    accounts = forgotten_accounts(session, shop, {one.customer_id for one in buyers if one.customer_id})
    addresses = forgotten_addresses(session, {one.email or one.phone for one in buyers} - {""})
    theirs = {
        buyer.order_id
        for buyer in buyers
        if buyer.customer_id in accounts or (buyer.email or buyer.phone) in addresses
    }
    if theirs:
        bury(session, shop, theirs, now=max(entry.seen_at for entry in entries))
    return [entry for entry in entries if entry.buyer.order_id not in theirs | buried]


def forgotten_among(session: Session, named: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of orders, by shop and the shop's id, those that nothing is to be kept of."""
    return {
        (shop, order_id)
        for shop in {shop for shop, _ in named}
        for order_id in forgotten_orders_among(session, shop, {one for at, one in named if at == shop})
    }
