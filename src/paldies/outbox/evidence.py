"""Gathers what the policy has to know about many due messages, in a handful of statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.due import Due
from paldies.campaigns.facts import Case, Contact, Facts
from paldies.campaigns.keys import step_key
from paldies.campaigns.policy import PROMOTIONAL_REST
from paldies.campaigns.traits import Traits
from paldies.campaigns.words import AddressKind, MessageStatus, Purpose
from paldies.customers.consents import consented
from paldies.customers.suppressions import Wish, suppressed
from paldies.outbox.blast import blast_room
from paldies.outbox.confirmed import confirmed_cases
from paldies.outbox.earlier import earlier_moments
from paldies.outbox.happened import happened
from paldies.outbox.plans import Plans
from paldies.outbox.queue import Waiting
from paldies.outbox.wordings import read_wordings
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import (
    campaigns,
    cases,
    cursors,
    enrolments,
    instance,
    messages,
)
from paldies.store.statuses import has_status
from paldies.store.views import OrderView, customer_value, read_customers, read_orders
from paldies.templates.by_hand import Wording

UNREACHABLE_AFTER = timedelta(hours=1)
_WENT = (MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.UNCONFIRMED)

# Made once: asking takes less time than putting the question into words.
_CAMPAIGNS = select(campaigns)
_PAST = select(instance.c.adopted_at, instance.c.woke_at)
_FAILING = select(cursors.c.shop, cursors.c.failing_since).where(cursors.c.failing_since.is_not(None))
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


@dataclass(frozen=True, slots=True)
class House:
    """What holds for every message alike: the shop's own rules, from the settings."""

    home_zone: str
    has_way_out: bool = False  # public_url is set
    soft_opt_in: bool = True
    only_to: frozenset[str] | None = None  # send_only_to, normalised
    channels: frozenset[str] | None = None  # those that are set up; None: all


@dataclass(frozen=True, slots=True)
class Brief:
    """One due message with everything that is known about it."""

    waiting: Waiting
    campaign: Campaign
    due: Due
    facts: Facts
    order: OrderView | None
    wording: Wording | None = None  # what a person has written for this customer alone
    case: Case | None = None  # the complaint that it confirms


def gather(
    session: Session,
    rows: Sequence[Waiting],
    traits: Traits,
    *,
    plans: Plans,
    house: House,
    in_hand: Collection[int],
) -> list[Brief]:
    """One brief for each row, in the same order; for customers `in_hand` something is about to leave.

    What counts from a moment (a shop's silence, the blast breaker's hour) is asked for each row's own `now`.
    """
    if not rows:
        return []
    orders = read_orders(session, {row.order_id for row in rows if row.order_id}, house.home_zone)
    people = read_customers(session, {row.customer_id for row in rows})
    addresses = [_address(traits, orders.get(row.order_id or 0), people[row.customer_id]) for row in rows]
    asked = {(address, row.purpose) for address, row in zip(addresses, rows, strict=True) if address}
    agreed = consented(session, asked, channel=traits.name)
    wishes = [Wish(address, row.purpose, row.campaign) for address, row in zip(addresses, rows, strict=True)]
    refused = suppressed(session, {wish for wish in wishes if wish.address}, channel=traits.name)
    so_far = happened(session, list(orders))
    contacts, in_flight = _contacts(
        session, people, plans, since=min(row.now for row in rows) - PROMOTIONAL_REST
    )
    complaining = {row.customer_id for row in _COMPLAINING.ask(session, customers=people)}
    states = {row.name: row for row in session.execute(_CAMPAIGNS)}
    silent_since = _failing_shops(session)
    adopted_at, woke_at = _past_of_the_database(session)
    earlier = earlier_moments(session, rows, plans)
    complaints = confirmed_cases(session, rows, plans, orders=orders)
    worded = read_wordings(session, [row.id for row in rows if row.approved_at])
    rooms = {
        asked: blast_room(session, *asked)
        for asked in {(row.campaign, row.now) for row in rows if row.is_late_seen}
    }

    briefs = []
    for row, address, wish in zip(rows, addresses, wishes, strict=True):
        campaign = plans.version(session, row.plan_version_id)
        order = orders.get(row.order_id or 0)
        state = states[row.campaign]
        step = campaign.step(row.step)
        due = Due(
            key=row.key,
            enrolment=row.enrolment_key,
            campaign=row.campaign,
            step=step or Step(row.step, row.step, row.send_at - row.event_at, (row.channel,), row.purpose),
            leg=row.leg,
            traits=traits,
            purpose=row.purpose,
            send_at=row.send_at,
            event_at=row.event_at,
            expires_at=row.expires_at,
            previous_at=earlier.get(row.id),
            stop_on=campaign.stop_on,
            arm=row.arm,
            is_late_seen=row.is_late_seen,
            is_withdrawn=step is None,
            is_exempt=campaign.is_exempt,
            approved=row.approved_at is not None,
            released_at=row.released_at,
            not_before=row.not_before,
        )
        facts = Facts(
            order=order.order if order else None,
            customer=customer_value(people[row.customer_id], order),
            address=address,
            zones=order.zones if order else (),
            home_zone=house.home_zone,
            happened=so_far[row.order_id or 0],
            campaign_paused=state.paused_at is not None,
            campaign_withdrawn=state.withdrawn_at is not None,
            has_channel=house.channels is None or traits.name in house.channels,
            suppressed=refused.get(wish, ""),
            has_consent=(address, row.purpose) in agreed,
            may_soft_opt_in=house.soft_opt_in and order is not None,
            has_way_out=house.has_way_out,
            has_open_case=row.customer_id in complaining,
            has_in_flight=row.customer_id in in_flight or row.customer_id in in_hand,
            shop_unreachable=order is not None
            and (since := silent_since.get(order.order.shop)) is not None
            and since <= row.now - UNREACHABLE_AFTER,
            is_allowed=house.only_to is None or address in house.only_to,
            contacts=tuple(contacts[row.customer_id]),
            adopted_at=adopted_at,
            woke_at=woke_at,
            blast_room=rooms.get((row.campaign, row.now)),
            country=order.order.country if order else "",
            region=order.order.region if order else "",
        )
        case = complaints.get(row.id)
        briefs.append(Brief(row, campaign, due, facts, order, worded.get(row.id), case))
    return briefs


def _address(traits: Traits, order: OrderView | None, customer: Mapping[str, Any]) -> str:
    match traits.address:
        case AddressKind.EMAIL:
            return order.email if order else str(customer["email"])
        case AddressKind.PHONE:
            return order.phone if order else str(customer["phone"])
        case AddressKind.POST:
            return order.order.address if order else ""
        case _:
            return ""


def _contacts(
    session: Session, customer_ids: Collection[int], plans: Plans, *, since: datetime
) -> tuple[dict[int, list[Contact]], set[int]]:
    """What each customer was sent lately, newest first, and whom something is just leaving for."""
    contacts: dict[int, list[Contact]] = defaultdict(list)
    in_flight = set()
    for row in _CONTACTS.ask(session, customers=customer_ids, since=since):
        is_exempt = plans.version(session, row.plan_version_id).is_exempt
        contacts[row.customer_id].append(
            Contact(step_key(row.key, row.step), row.claimed_at, Purpose(row.purpose), is_exempt)
        )
        if row.status == MessageStatus.SENDING.value:
            in_flight.add(row.customer_id)
    return contacts, in_flight


def _failing_shops(session: Session) -> dict[str, datetime]:
    """Since when each shop that cannot be reached has been silent."""
    return {shop: since for shop, since in session.execute(_FAILING)}


def _past_of_the_database(session: Session) -> tuple[datetime | None, datetime | None]:
    """When it was adopted, and when it last woke up."""
    row = session.execute(_PAST).one_or_none()
    return (row.adopted_at, row.woke_at) if row else (None, None)
