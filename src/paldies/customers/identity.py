"""Whose order it is: by what the shop calls the customer, then by e-mail, never by telephone number."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, insert, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.keys import customer_uuid
from paldies.campaigns.words import Stage
from paldies.customers.addresses import is_relay
from paldies.store.among import among
from paldies.store.prepared import Prepared
from paldies.store.questions import Question
from paldies.store.schema import customer_identities, customers, orders
from paldies.value import value


@value
class Buyer:
    """Who bought one order, as that order says."""

    order_id: str  # the shop's
    seen_at: datetime
    customer_id: str = ""  # the shop's; empty for a guest
    email: str = ""  # normalised
    phone: str = ""  # E.164
    first_name: str = ""
    last_name: str = ""
    locale: str = ""
    mailbox: str = ""  # see `mailbox_of`

    def uuid(self, shop: str) -> str:
        """The same wherever and whenever the order is read."""
        # an order's id is marked as such: a shop's order 7 is not its customer 7
        return str(customer_uuid(shop, self.customer_id or self.mailbox or f"order {self.order_id}"))


@value
class Owner:
    """`customer_id` is the row that the order belongs to now, `bought_by` the one it stems from."""

    customer_id: int
    bought_by: int
    is_new: bool = False  # nobody can have decided anything about them yet


_MERGED = Question(
    select(customers.c.id, customers.c.merged_into)
    .where(among(customers.c.id, "customers"))
    .where(customers.c.merged_into.is_not(None))
)
_NAMED = Question(
    select(customer_identities.c.external_id, customer_identities.c.customer_id)
    .where(customer_identities.c.shop == bindparam("of_shop"))
    .where(among(customer_identities.c.external_id, "names"))
)
_BOUGHT = Question(
    select(orders.c.email, customers.c.id, customers.c.kept_apart)
    .join_from(orders, customers, customers.c.id == orders.c.customer_id)
    .where(among(orders.c.email, "mailboxes"))
    .distinct()
)
_THERE = Question(select(customers.c.uuid, customers.c.id).where(among(customers.c.uuid, "uuids")))
_ADD = Prepared(insert(customers))
_NAME = Prepared(insert(customer_identities))


def mailbox_of(email: str) -> str:
    """The address, if a person may be recognised by it."""
    return "" if is_relay(email) else email


def identify(session: Session, shop: str, buyers: Sequence[Buyer]) -> list[Owner]:
    """The owner of each order, in the same order; people seen for the first time get a row.

    Two customers of one e-mail address are only marked here; `merges.settle` merges them.
    """
    by_id = _by_shop_id(session, shop, {buyer.customer_id for buyer in buyers if buyer.customer_id})
    by_mailbox = _by_mailbox(session, {buyer.mailbox for buyer in buyers if buyer.mailbox})

    def known(buyer: Buyer) -> int | None:
        return by_id.get(buyer.customer_id) if buyer.customer_id else by_mailbox.get(buyer.mailbox)

    uuids = {buyer.order_id: buyer.uuid(shop) for buyer in buyers if known(buyer) is None}
    strangers = [buyer for buyer in buyers if buyer.order_id in uuids]
    firsts: dict[str, Buyer] = {}
    for buyer in strangers:
        firsts.setdefault(uuids[buyer.order_id], buyer)
    added, fresh = _add(session, firsts)
    named = {buyer.customer_id: added[uuids[buyer.order_id]] for buyer in strangers if buyer.customer_id}
    if named:
        rows = [{"shop": shop, "external_id": name, "customer_id": row} for name, row in named.items()]
        _NAME.run(session, rows)

    origins = [known(buyer) or added[uuids[buyer.order_id]] for buyer in buyers]
    roots = roots_of(session, origins)
    _mark_namesakes(
        session, by_mailbox, [(b.mailbox, roots[o]) for b, o in zip(buyers, origins, strict=True)]
    )
    return [Owner(roots[origin], origin, is_new=roots[origin] in fresh) for origin in origins]


def is_known_as(name: str) -> ColumnElement[bool]:
    """Of a customer's row: it has this id, our own or the shop's."""
    try:
        return customers.c.uuid == str(UUID(name))
    except ValueError:
        return customers.c.id.in_(
            select(customer_identities.c.customer_id).where(customer_identities.c.external_id == name)
        )


def roots_of(session: Session, ids: Collection[int]) -> dict[int, int]:
    """For each customer row the one that stands for it now: itself, or what it was merged into."""
    roots = {row: row for row in ids}
    while roots:
        merged = _MERGED.ask(session, customers=set(roots.values()))
        onward = {row.id: row.merged_into for row in merged}
        if not onward:
            break
        roots = {row: onward.get(root, root) for row, root in roots.items()}
    return roots


def _by_shop_id(session: Session, shop: str, names: Collection[str]) -> dict[str, int]:
    if not names:
        return {}
    found = _NAMED.ask(session, of_shop=shop, names=names)
    return {row.external_id: row.customer_id for row in found}


def _by_mailbox(session: Session, mailboxes: Collection[str]) -> dict[str, int]:
    """Who ordered with an address before: of several the first, and rather one that was never taken apart."""
    if not mailboxes:
        return {}
    found = _BOUGHT.ask(session, mailboxes=mailboxes)
    latest_first = sorted(found, key=lambda row: (row.kept_apart, row.id), reverse=True)
    return {row.email: row.id for row in latest_first}


def _add(session: Session, strangers: Mapping[str, Buyer]) -> tuple[dict[str, int], set[int]]:
    """Rows for these people, by uuid, and which are new; one may be there, under an address of old."""
    if not strangers:
        return {}, set()
    rows = {row.uuid: row.id for row in _THERE.ask(session, uuids=strangers)}
    new = [
        {
            "uuid": uuid,
            "first_name": buyer.first_name,
            "last_name": buyer.last_name,
            "email": buyer.email,
            "phone": buyer.phone,
            "locale": buyer.locale,
            "stage": Stage.NEW.value,
            "created_at": buyer.seen_at,
            "revision": 0,
            "kept_apart": False,
        }
        for uuid, buyer in strangers.items()
        if uuid not in rows
    ]
    if not new:
        return rows, set()
    _ADD.run(session, new)
    added = {row.uuid: row.id for row in _THERE.ask(session, uuids=[one["uuid"] for one in new])}
    return rows | added, set(added.values())


def _mark_namesakes(
    session: Session, by_mailbox: Mapping[str, int], owners: Iterable[tuple[str, int]]
) -> None:
    """Marks the later of two customers with one address to be merged into the earlier."""
    first = dict(by_mailbox)
    wishes = {}
    for mailbox, owner in owners:
        if mailbox and (other := first.setdefault(mailbox, owner)) != owner:
            wishes[max(owner, other)] = min(owner, other)
    if not wishes:
        return
    ids = {*wishes, *wishes.values()}
    apart = set(
        session.scalars(select(customers.c.id).where(customers.c.id.in_(ids), customers.c.kept_apart))
    )
    for later, earlier in wishes.items():
        if not {later, earlier} & apart:
            session.execute(update(customers).where(customers.c.id == later).values(merge_wanted=earlier))
