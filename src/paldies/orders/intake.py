"""How entries become orders, lines, customers, consents and events, many in one transaction."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.customers import consents, contacts, identity, merges
from paldies.customers.contacts import CONTACTS, Contacts
from paldies.customers.identity import Owner
from paldies.customers.revision import bump
from paldies.orders import events, rows
from paldies.orders.entries import Entry, Home
from paldies.orders.events import Known, News
from paldies.orders.history import History
from paldies.orders.shops.base import Rejected
from paldies.orders.unknown import without_forgotten
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import order_events, orders
from paldies.value import value


@dataclass(frozen=True, slots=True)
class Taken:
    """What a number of entries came to."""

    new: int = 0
    changed: int = 0
    events: int = 0
    refused: tuple[Rejected, ...] = ()  # what could not be stored

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(
            self.new + other.new,
            self.changed + other.changed,
            self.events + other.events,
            self.refused + other.refused,
        )


@value
class _Decided:
    """An entry, what it adds, and whose order it is; `row` is None for an order never seen before."""

    entry: Entry
    news: News
    owner: Owner
    placed_at: datetime
    row: int | None = None
    is_older: bool = False

    @property
    def id(self) -> str:
        """The shop's."""
        return self.entry.snapshot.id


_OF_THESE = and_(orders.c.shop == bindparam("of_shop"), among(orders.c.external_id, "ids"))
_SHAS = Question(select(orders.c.external_id, orders.c.sha).where(_OF_THESE))
_STORED = Question(
    select(orders.c.id, orders.c.external_id, orders.c.sha, orders.c.updated_at)
    .add_columns(orders.c.customer_id, orders.c.bought_by)
    .where(_OF_THESE)
)
_EVENTS = Question(
    select(order_events.c.id, order_events.c.order_id, order_events.c.kind, order_events.c.ordinal)
    .add_columns(order_events.c.happened_at, order_events.c.first_seen_at, order_events.c.amount)
    .where(among(order_events.c.order_id, "orders"))
    .order_by(order_events.c.order_id, order_events.c.ordinal)
)


def take_in(session: Session, shop: str, entries: Sequence[Entry], *, home: Home, history: History) -> Taken:
    """Stores what is new in entries of different orders; for those unchanged it writes nothing.

    Each is judged and dated by its own `seen_at`; nothing here knows another now.
    """
    stored = _stored(session, shop, entries)
    new_to_us = without_forgotten(session, shop, [e for e in entries if e.snapshot.id not in stored])
    first = _of_new_orders(session, shop, new_to_us, home=home)
    altered = [e for e in entries if (row := stored.get(e.snapshot.id)) and row.sha != e.sha]
    following = _of_known_orders(session, altered, stored, home=home)
    current = [one for one in following if not one.is_older]
    written = [one for one in following if not one.is_older or one.news != News()]

    bump(session, {one.owner.customer_id for one in (*first, *written) if not one.owner.is_new})
    contacts.refresh(session, _worth_comparing([*first, *current]))
    added = rows.add(session, shop, [(one.entry, one.placed_at, one.owner) for one in first])
    rows.change(session, [(one.row, one.entry, one.placed_at) for one in current if one.row])
    ids = added | {one.id: one.row for one in following if one.row}
    lines = {ids[one.id]: one.entry.snapshot.lines for one in (*first, *current)}
    rows.write_lines(session, lines, new=set(added.values()))
    new = [(ids[one.id], event, one.entry.seen_at) for one in (*first, *written) for event in one.news.new]
    placed = {added[one.id]: one.placed_at for one in first}
    rows.add_events(session, new, history=history, of_new_orders=placed)
    rows.correct(session, [change for one in written for change in one.news.corrected])
    answers = (one.entry.answers(placed_at=one.placed_at, home=home) for one in (*first, *following))
    consents.record(session, chain.from_iterable(answers), source=f"shop:{shop}")
    if first:
        merges.settle(session)
    return Taken(len(first), len(written), len(new))


def known_shas(session: Session, shop: str, external_ids: Iterable[str]) -> dict[str, str]:
    """Of stored orders, by the shop's id: a snapshot that hashes to the same has nothing to say."""
    found = _SHAS.ask(session, of_shop=shop, ids=set(external_ids))
    return {row.external_id: row.sha for row in found}


def _stored(session: Session, shop: str, entries: Sequence[Entry]) -> dict[str, Any]:
    found = _STORED.ask(session, of_shop=shop, ids=[entry.snapshot.id for entry in entries])
    return {row.external_id: row for row in found}


def _of_new_orders(session: Session, shop: str, entries: Sequence[Entry], *, home: Home) -> list[_Decided]:
    decided = []
    owners = identity.identify(session, shop, [entry.buyer for entry in entries])
    for entry, owner in zip(entries, owners, strict=True):
        found = events.news(entry.happened, [], zone=home.zone, now=entry.seen_at)
        decided.append(_Decided(entry, found, owner, _placed_at(found, [])))
    return decided


def _of_known_orders(
    session: Session, entries: Sequence[Entry], stored: Mapping[str, Any], *, home: Home
) -> list[_Decided]:
    """A known order keeps its customer, whatever is changed about it."""
    decided = []
    known = _known_events(session, [stored[entry.snapshot.id].id for entry in entries])
    for entry in entries:
        row = stored[entry.snapshot.id]
        is_older = bool(entry.updated_at and row.updated_at and entry.updated_at < row.updated_at)
        found = events.news(
            entry.happened, known[row.id], zone=home.zone, now=entry.seen_at, is_older=is_older
        )
        owner = Owner(row.customer_id, row.bought_by or row.customer_id)
        decided.append(_Decided(entry, found, owner, _placed_at(found, known[row.id]), row.id, is_older))
    return decided


def _known_events(session: Session, order_ids: Sequence[int]) -> dict[int, list[Known]]:
    known: dict[int, list[Known]] = defaultdict(list)
    if order_ids:
        for row in _EVENTS.ask(session, orders=order_ids):
            event = Known(
                row.id, EventKind(row.kind), row.ordinal, row.happened_at, row.first_seen_at, row.amount
            )
            known[row.order_id].append(event)
    return known


def _placed_at(found: News, known: Iterable[Known]) -> datetime:
    """Every order was placed: the event says when, as far as anybody knows."""
    times = {event.id: event.happened_at for event in known if event.kind is EventKind.PLACED}
    corrected = (change.happened_at for change in found.corrected if change.id in times)
    new = (event.happened_at for event in found.new if event.kind is EventKind.PLACED)
    return next(chain(corrected, new, times.values()))


def _worth_comparing(decided: Sequence[_Decided]) -> list[Contacts]:
    """Of somebody new with one order all is known from that."""
    orders_of = Counter(one.owner.customer_id for one in decided)
    return [_contacts(one) for one in decided if not one.owner.is_new or orders_of[one.owner.customer_id] > 1]


def _contacts(one: _Decided) -> Contacts:
    return Contacts(one.owner.customer_id, one.placed_at, {name: one.entry.values[name] for name in CONTACTS})
