"""What the database knows about many due messages, asked in a handful of statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from paldies.campaigns.facts import Case, Contact
from paldies.campaigns.keys import step_key
from paldies.campaigns.policy import PROMOTIONAL_REST
from paldies.campaigns.traits import Traits
from paldies.campaigns.words import AddressKind, EventKind, MessageStatus, Purpose, purpose_of
from paldies.customers.consents import consented
from paldies.customers.suppressions import Wish, suppressed
from paldies.outbox.blast import blast_room
from paldies.outbox.confirmed import confirmed_cases
from paldies.outbox.earlier import earlier_moments
from paldies.outbox.happened import happened
from paldies.outbox.plans import Plans, PlanStep
from paldies.outbox.queue import Waiting
from paldies.outbox.wordings import read_wordings
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import campaigns, cases, cursors, enrolments, instance, messages
from paldies.store.statuses import has_status
from paldies.store.views import OrderView, Person, read_customers, read_orders
from paldies.templates.by_hand import Wording
from paldies.value import many, value

_WENT = (MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.UNCONFIRMED)

_STOPPED = Question(
    select(campaigns.c.name, campaigns.c.paused_at, campaigns.c.withdrawn_at).where(
        or_(campaigns.c.paused_at.is_not(None), campaigns.c.withdrawn_at.is_not(None))
    )
)
_PAST = Question(select(instance.c.adopted_at, instance.c.woke_at))
_FAILING = Question(
    select(cursors.c.shop, cursors.c.failing_since).where(cursors.c.failing_since.is_not(None))
)
_COMPLAINING = Question(
    select(cases.c.customer_id).where(among(cases.c.customer_id, "customers"), cases.c.closed_at.is_(None))
)
_CONTACTS = Question(
    select(messages.c.customer_id, messages.c.claimed_at, messages.c.purpose, messages.c.status)
    .add_columns(messages.c.step, enrolments.c.key, enrolments.c.plan_version_id)
    .join_from(messages, enrolments, enrolments.c.id == messages.c.enrolment_id)
    .where(among(messages.c.customer_id, "customers"), has_status(*_WENT))
    .where(messages.c.claimed_at >= bindparam("since"))
    .order_by(messages.c.claimed_at.desc())
)


@value
class Known:
    """What was found; what is usual (nobody complains, no campaign is paused) is in none of these."""

    steps: Mapping[tuple[int, str], PlanStep]  # by the version of the plan and the step's key
    orders: Mapping[int, OrderView]
    people: Mapping[int, Person]
    wishes: Sequence[Wish]  # one for each message
    agreed: Collection[tuple[str, Purpose]]  # addresses with a recorded yes, where one is needed
    refused: Mapping[Wish, str]
    happened: Mapping[int, frozenset[EventKind]]  # by order: of what ends the campaigns
    contacts: Mapping[int, tuple[Contact, ...]]  # by customer: what they were sent lately, newest first
    in_flight: frozenset[int]  # customers for whom something is just leaving
    complaining: Collection[int]  # customers
    paused: Collection[str]  # campaigns
    withdrawn: Collection[str]  # campaigns
    silent_since: Mapping[str, datetime]  # by shop: those that cannot be reached
    adopted_at: datetime | None  # the database
    woke_at: datetime | None  # the database
    earlier: Mapping[int, datetime]  # by message: the latest moment of the steps before its own
    complaints: Mapping[int, Case]  # by message: the complaint that it confirms
    worded: Mapping[int, Wording]  # by message: what a person has written for this customer alone
    blast_rooms: Mapping[tuple[str, datetime], int]  # by campaign and moment: for what was seen late


def known_of(
    session: Session, rows: Sequence[Waiting], traits: Traits, *, plans: Plans, home_zone: str
) -> Known:
    """Asks only what can matter to one of them."""
    steps = plans.steps(session, {(row.plan_version_id, row.step) for row in rows})
    orders = read_orders(session, {row.order_id for row in rows if row.order_id}, home_zone)
    people = read_customers(session, {row.customer_id for row in rows})
    wishes = [
        Wish(
            _address(traits, orders.get(row.order_id or 0), people[row.customer_id]),
            row.purpose,
            row.campaign,
        )
        for row in rows
    ]
    needing = {(one.address, one.purpose) for one in wishes if one.purpose in traits.needs_consent}
    ending = frozenset[EventKind]().union(*(campaign.stop_on for campaign, _ in steps.values()))
    contacts, in_flight = _contacts(
        session, people, plans, since=min(row.now for row in rows) - PROMOTIONAL_REST
    )
    stopped = _STOPPED.ask(session)
    adopted_at, woke_at = next(iter(_PAST.ask(session)), (None, None))
    late = {(row.campaign, row.now) for row in rows if row.is_late_seen}
    return Known(
        steps=steps,
        orders=orders,
        people=people,
        wishes=wishes,
        agreed=consented(session, needing, channel=traits.name),
        refused=suppressed(session, wishes, channel=traits.name),
        happened=happened(session, orders, ending),
        contacts=contacts,
        in_flight=in_flight,
        complaining={row.customer_id for row in _COMPLAINING.ask(session, customers=people)},
        paused={row.name for row in stopped if row.paused_at},
        withdrawn={row.name for row in stopped if row.withdrawn_at},
        silent_since={row.shop: row.failing_since for row in _FAILING.ask(session)},
        adopted_at=adopted_at,
        woke_at=woke_at,
        earlier=earlier_moments(session, rows, steps),
        complaints=confirmed_cases(session, rows, steps, orders=orders),
        worded=read_wordings(session, [row.id for row in rows if row.approved_at]),
        blast_rooms={(campaign, now): blast_room(session, campaign, now) for campaign, now in late},
    )


def _address(traits: Traits, order: OrderView | None, person: Person) -> str:
    match traits.address:
        case AddressKind.EMAIL:
            return order.email if order else person.email
        case AddressKind.PHONE:
            return order.phone if order else person.phone
        case AddressKind.POST:
            return order.order.address if order else ""
        case _:
            return ""


def _contacts(
    session: Session, customer_ids: Collection[int], plans: Plans, *, since: datetime
) -> tuple[dict[int, tuple[Contact, ...]], frozenset[int]]:
    """What each customer was sent lately, newest first, and whom something is just leaving for."""
    found = _CONTACTS.ask_by_columns(session, customers=customer_ids, since=since)
    exempt = {version: plans.version(session, version).is_exempt for version in set(found.plan_version_id)}
    made = many(
        Contact,
        step=map(step_key, found.key, found.step),
        at=found.claimed_at,
        purpose=map(purpose_of, found.purpose),
        is_exempt=map(exempt.__getitem__, found.plan_version_id),
    )
    contacts: dict[int, list[Contact]] = defaultdict(list)
    in_flight = set()
    for customer_id, contact, status in zip(found.customer_id, made, found.status, strict=True):
        contacts[customer_id].append(contact)
        if status == MessageStatus.SENDING.value:
            in_flight.add(customer_id)
    return {customer_id: tuple(some) for customer_id, some in contacts.items()}, frozenset(in_flight)
