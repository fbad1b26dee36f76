"""Who is meant: one person with everything that leads to what is known about them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from paldies.customers.addresses import AddressError, as_compared
from paldies.customers.identity import is_known_as, roots_of
from paldies.customers.revision import customers_using
from paldies.store.schema import (
    attempts,
    consents,
    customer_identities,
    customers,
    enrolments,
    messages,
    orders,
    suppressions,
)


@dataclass(frozen=True, slots=True)
class Person:
    """Row ids, addresses as they are compared, and what shops call them; `name` is for whoever is asked."""

    name: str
    customers: tuple[int, ...]  # the first stands for them now, the others were merged into it
    orders: tuple[int, ...]
    passages: tuple[int, ...]
    messages: tuple[int, ...]
    addresses: tuple[str, ...]
    accounts: tuple[tuple[str, str], ...]  # shop, and the shop's id of the customer
    bought: tuple[tuple[str, str], ...]  # shop, and the shop's id of the order


def find_people(session: Session, who: str) -> list[Person]:
    """By address, number, our own id, or a shop's id; several where they share what they are asked for by.

    An address of which only a wish is known is a person as well.
    """
    address = _address(who)
    roots = roots_of(session, _rows(session, who, address))
    people = [read_person(session, root) for root in _still_known(session, list(roots.values()))]
    if not people and address and _is_mentioned(session, address):
        return [Person(address, (), (), (), (), (address,), (), ())]
    return people


def read_person(session: Session, root: int) -> Person:
    """By the customer's row, which was merged into no other."""
    row = session.execute(select(customers).where(customers.c.id == root)).mappings().one()
    family = (root, *sorted(_merged_into(session, {root})))
    bought = session.execute(
        select(orders.c.id, orders.c.shop, orders.c.external_id, orders.c.email, orders.c.phone)
        .where(orders.c.customer_id.in_(family))
        .order_by(orders.c.id)
    ).all()
    passages = session.scalars(select(enrolments.c.id).where(enrolments.c.customer_id.in_(family))).all()
    sent = session.scalars(select(messages.c.id).where(messages.c.customer_id.in_(family))).all()
    known = session.execute(
        select(customers.c.email, customers.c.phone).where(customers.c.id.in_(family))
    ).all()
    used = select(attempts.c.address).join_from(attempts, messages, messages.c.id == attempts.c.message_id)
    addresses = {text for pair in known for text in pair} | {
        text for b in bought for text in (b.email, b.phone)
    }
    addresses |= set(session.scalars(used.where(messages.c.customer_id.in_(family))))
    accounts = session.execute(
        select(customer_identities.c.shop, customer_identities.c.external_id)
        .where(customer_identities.c.customer_id.in_(family))
        .order_by(customer_identities.c.id)
    ).all()
    return Person(
        name=f"{row['first_name']} {row['last_name']}".strip() or row["email"] or row["uuid"],
        customers=family,
        orders=tuple(one.id for one in bought),
        passages=tuple(sorted(passages)),
        messages=tuple(sorted(sent)),
        addresses=tuple(sorted(addresses - {""})),
        accounts=tuple((one.shop, one.external_id) for one in accounts),
        bought=tuple((one.shop, one.external_id) for one in bought),
    )


def _rows(session: Session, who: str, address: str) -> set[int]:
    if "@" in address:
        return customers_using(session, [address])
    named = is_known_as(who)
    if address:
        by_number = select(orders.c.customer_id).where(orders.c.phone == address)
        named = or_(named, customers.c.phone == address, customers.c.id.in_(by_number))
    return set(session.scalars(select(customers.c.id).where(named)))


def _still_known(session: Session, roots: Collection[int]) -> list[int]:
    wanted = select(customers.c.id).where(customers.c.id.in_(set(roots)), customers.c.forgotten_at.is_(None))
    return list(session.scalars(wanted.order_by(customers.c.id)))


def _merged_into(session: Session, roots: Collection[int]) -> set[int]:
    found: set[int] = set()
    latest = set(roots)
    while latest:
        latest = set(session.scalars(select(customers.c.id).where(customers.c.merged_into.in_(latest))))
        found |= latest
    return found


def _is_mentioned(session: Session, address: str) -> bool:
    return any(
        session.scalar(select(table.c.id).where(table.c.address == address).limit(1)) is not None
        for table in (consents, suppressions)
    )


def _address(who: str) -> str:
    """As addresses and numbers are compared; empty for what is neither."""
    try:
        return as_compared(who)
    except AddressError:
        return ""
