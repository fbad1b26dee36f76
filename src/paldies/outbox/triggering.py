"""Starts a campaign now, for the orders or customers that a person names, through the same policy."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.expressions import ExpressionError, is_true
from paldies.campaigns.facts import condition_values
from paldies.campaigns.words import EnrolmentState, EventKind
from paldies.customers.identity import roots_of
from paldies.outbox.enrolling import Candidate, enrol_all
from paldies.outbox.plans import Running
from paldies.store.database import Database
from paldies.store.schema import customers, enrolments, orders
from paldies.store.shops import shops_with_orders
from paldies.store.views import customer_value, read_customers, read_orders

CHUNK = 100  # customers in one transaction: under 50 ms on SQLite
SURELY_NO_BLAST = 50  # as many as the blast breaker lets through in any case

_INSIDE = (EnrolmentState.OPEN.value, EnrolmentState.JOINED.value)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or what a campaign is started for; `key` as in `keys`."""

    key: str
    customer_id: int
    order_id: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """Subjects, and what was asked for and is not there, or could not be judged."""

    subjects: tuple[Subject, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """What became of some subjects, or would; the reasons are those of `reasons.Reason`."""

    entered: int = 0
    joined: int = 0
    inside: int = 0  # they are in this campaign now: nobody is in twice
    declined: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        self.entered += other.entered
        self.joined += other.joined
        self.inside += other.inside
        self.declined += other.declined


def named_orders(session: Session, names: Collection[str]) -> Found:
    """Orders by the shop's id or by their number, with or without a leading #."""
    bare = {name.lstrip("#") for name in names}
    spelt = bare | {f"#{name}" for name in bare}
    columns = (orders.c.id, orders.c.shop, orders.c.external_id, orders.c.number, orders.c.customer_id)
    # the index on ids begins with the shop: there are few, and without them all orders would be read
    shops = list(shops_with_orders(session))
    by_id = select(*columns).where(orders.c.shop.in_(shops), orders.c.external_id.in_(spelt))
    by_number = select(*columns).where(orders.c.number.in_(spelt))
    rows = sorted(session.execute(union(by_id, by_number)), key=lambda row: row.id)
    known = {name.lstrip("#") for row in rows for name in (row.external_id, row.number)}
    subjects = (
        Subject(keys.order_subject(row.shop, row.external_id), row.customer_id, row.id) for row in rows
    )
    return Found(tuple(subjects), tuple(name for name in names if name.lstrip("#") not in known))


def customers_at(session: Session, addresses: Collection[str]) -> Found:
    """Customers by normalised e-mail address, each with their latest order."""
    rows = session.execute(
        select(customers.c.id, customers.c.email).where(customers.c.email.in_(addresses))
    ).all()
    by_order = session.execute(
        select(orders.c.customer_id, orders.c.email).where(orders.c.email.in_(addresses)).distinct()
    ).all()
    known = {row.email for row in (*rows, *by_order)}
    roots = roots_of(session, {*(row.id for row in rows), *(row.customer_id for row in by_order)})
    people = read_customers(session, set(roots.values()))
    latest = _latest_orders(session, people)
    subjects = (
        Subject(keys.customer_subject(UUID(row["uuid"])), customer_id, latest.get(customer_id))
        for customer_id, row in sorted(people.items())
    )
    return Found(tuple(subjects), tuple(address for address in addresses if address not in known))


def orders_in_segment(database: Database, segment: str, home_zone: str) -> Iterator[Found]:
    """All orders for which the condition is true, a chunk of customers at a time."""
    after = 0
    while ids := database.look(_next_customers, after):
        yield database.look(_matching, ids, segment, home_zone)
        after = ids[-1]


def chunks(subjects: Sequence[Subject]) -> Iterator[Sequence[Subject]]:
    """Pieces for `enter`; none divides the orders of one customer, as they are judged together."""
    piece: list[Subject] = []
    for subject in sorted(subjects, key=lambda subject: subject.customer_id):
        if len(piece) >= CHUNK and subject.customer_id != piece[-1].customer_id:
            yield piece
            piece = []
        piece.append(subject)
    if piece:
        yield piece


def enter(
    session: Session,
    running: Running,
    subjects: Sequence[Subject],
    *,
    home_zone: str,
    is_confirmed: bool,
    now: datetime,
) -> Tally:
    """Enrols one chunk. `is_confirmed`: a person has seen the count; else it counts for the blast breaker."""
    name = running.campaign.name
    earlier = _earlier(session, name, {subject.customer_id for subject in subjects})
    fresh = [
        subject
        for subject in dict.fromkeys(subjects)
        if not any(passage.is_inside for passage in earlier.get(subject.key, ()))
    ]
    occurrences = {
        subject.key: (EventKind.MANUAL.value, 1 + _last_ordinal(earlier.get(subject.key, ())))
        for subject in fresh
    }
    candidates = [
        Candidate(
            running=running,
            subject=subject.key,
            occurrence=occurrences[subject.key],
            customer_id=subject.customer_id,
            order_id=subject.order_id,
            event_id=None,
            now=now,
            event_at=now,
            first_seen_at=now,
            counts_as_late=not is_confirmed,
        )
        for subject in fresh
    ]
    enrolled = enrol_all(session, candidates, home_zone)
    written = [keys.enrolment_key(name, subject, *place) for subject, place in occurrences.items()]
    why = session.execute(
        select(enrolments.c.reason, func.count())
        .where(enrolments.c.key.in_(written), enrolments.c.state == EnrolmentState.DECLINED.value)
        .group_by(enrolments.c.reason)
    )
    declined = Counter({reason: count for reason, count in why})
    return Tally(enrolled.entered, enrolled.joined, len(subjects) - len(fresh), declined)


def try_out(
    database: Database, running: Running, subjects: Sequence[Subject], *, home_zone: str, now: datetime
) -> Tally:
    """What `enter` would do: done, counted and rolled back."""
    with database.engine.connect() as connection, connection.begin() as transaction:
        with Session(connection, join_transaction_mode="rollback_only") as session:
            tally = enter(session, running, subjects, home_zone=home_zone, is_confirmed=True, now=now)
        if transaction.is_active:
            transaction.rollback()
    return tally


@dataclass(frozen=True, slots=True)
class _Earlier:
    """A passage of a subject through the campaign."""

    occurrence: str
    is_inside: bool


def _earlier(session: Session, campaign: str, customer_ids: Collection[int]) -> dict[str, list[_Earlier]]:
    """By subject."""
    found: dict[str, list[_Earlier]] = {}
    rows = session.execute(
        select(enrolments.c.key, enrolments.c.state)
        .where(enrolments.c.campaign == campaign)
        .where(enrolments.c.customer_id.in_(customer_ids))
    )
    for row in rows:
        _, subject, occurrence = row.key.split("/")
        found.setdefault(subject, []).append(_Earlier(occurrence, row.state in _INSIDE))
    return found


def _last_ordinal(earlier: Sequence[_Earlier]) -> int:
    """Of the manual triggers so far; 0 if there was none."""
    kinds = (passage.occurrence.rpartition(".") for passage in earlier)
    return max((int(ordinal) for kind, _, ordinal in kinds if kind == EventKind.MANUAL), default=0)


def _next_customers(session: Session, after: int) -> list[int]:
    wanted = select(orders.c.customer_id).where(orders.c.customer_id > after).distinct()
    return list(session.scalars(wanted.order_by(orders.c.customer_id).limit(CHUNK)))


def _matching(session: Session, customer_ids: Sequence[int], segment: str, home_zone: str) -> Found:
    ids = session.scalars(select(orders.c.id).where(orders.c.customer_id.in_(customer_ids)))
    views = read_orders(session, ids.all(), home_zone)
    people = read_customers(session, customer_ids)
    subjects, unclear = [], []
    for order_id, view in views.items():
        values = condition_values(view.order, customer_value(people[view.customer_id], view))
        try:
            if is_true(segment, values):
                key = keys.order_subject(view.order.shop, view.order.id)
                subjects.append(Subject(key, view.customer_id, order_id))
        except ExpressionError as error:
            unclear.append(f"order {view.order.number}: {error}")
    return Found(tuple(subjects), tuple(unclear))


def _latest_orders(session: Session, customer_ids: Collection[int] | Mapping[int, object]) -> dict[int, int]:
    """The order that was placed last, for each customer who has one."""
    rows = session.execute(
        select(orders.c.customer_id, orders.c.id)
        .where(orders.c.customer_id.in_(customer_ids))
        .order_by(orders.c.placed_at, orders.c.id)
    )
    return {row.customer_id: row.id for row in rows}
