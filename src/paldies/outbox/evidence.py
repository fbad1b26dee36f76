"""Puts together what the policy, and whoever sends it, has to know about each due message."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any

from sqlalchemy.orm import Session

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.due import Due
from paldies.campaigns.facts import Case, Facts
from paldies.campaigns.traits import Traits
from paldies.campaigns.words import EventKind
from paldies.outbox.known import Known, known_of
from paldies.outbox.plans import Plans
from paldies.outbox.queue import Waiting
from paldies.store.views import OrderView, customer_value
from paldies.templates.by_hand import Wording
from paldies.value import many, value

UNREACHABLE_AFTER = timedelta(hours=1)


@value
class House:
    """What holds for every message alike: the shop's own rules, from the settings."""

    home_zone: str
    has_way_out: bool = False  # public_url is set
    soft_opt_in: bool = True
    only_to: frozenset[str] | None = None  # send_only_to, normalised
    channels: frozenset[str] | None = None  # those that are set up; None: all


@value
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
    known = known_of(session, rows, traits, plans=plans, home_zone=house.home_zone)
    of: Any = Waiting._make(zip(*rows, strict=True))  # by columns: see `many`
    steps = [known.steps[place] for place in zip(of.plan_version_id, of.step, strict=True)]
    views = [known.orders.get(order_id) for order_id in of.order_id]
    addresses = [wish.address for wish in known.wishes]
    leaving = known.in_flight | frozenset(in_hand)
    dues = many(
        Due,
        key=of.key,
        enrolment=of.enrolment_key,
        campaign=of.campaign,
        step=[planned.step or _withdrawn(row) for planned, row in zip(steps, rows, strict=True)],
        leg=of.leg,
        traits=repeat(traits),
        purpose=of.purpose,
        send_at=of.send_at,
        event_at=of.event_at,
        expires_at=of.expires_at,
        previous_at=map(known.earlier.get, of.id),
        stop_on=[planned.campaign.stop_on for planned in steps],
        arm=of.arm,
        is_late_seen=of.is_late_seen,
        is_withdrawn=[planned.step is None for planned in steps],
        is_exempt=[planned.campaign.is_exempt for planned in steps],
        approved=[at is not None for at in of.approved_at],
        not_before=of.not_before,
        released_at=of.released_at,
    )
    facts = many(
        Facts,
        order=[view and view.order for view in views],
        customer=map(customer_value, map(known.people.__getitem__, of.customer_id), views),
        address=addresses,
        zones=[view.zones if view else () for view in views],
        home_zone=repeat(house.home_zone),
        happened=[known.happened.get(order_id, _NOTHING) for order_id in of.order_id],
        campaign_paused=map(known.paused.__contains__, of.campaign),
        campaign_withdrawn=map(known.withdrawn.__contains__, of.campaign),
        has_channel=repeat(house.channels is None or traits.name in house.channels),
        suppressed=[known.refused.get(wish, "") for wish in known.wishes],
        has_consent=map(known.agreed.__contains__, zip(addresses, of.purpose, strict=True)),
        may_soft_opt_in=[house.soft_opt_in and view is not None for view in views],
        has_way_out=repeat(house.has_way_out),
        has_open_case=map(known.complaining.__contains__, of.customer_id),
        has_in_flight=map(leaving.__contains__, of.customer_id),
        shop_unreachable=[_is_silent(view, now, known) for view, now in zip(views, of.now, strict=True)],
        is_allowed=[house.only_to is None or address in house.only_to for address in addresses],
        contacts=[known.contacts.get(customer_id, ()) for customer_id in of.customer_id],
        adopted_at=repeat(known.adopted_at),
        woke_at=repeat(known.woke_at),
        blast_room=map(known.blast_rooms.get, zip(of.campaign, of.now, strict=True)),
        country=[view.order.country if view else "" for view in views],
        region=[view.order.region if view else "" for view in views],
    )
    briefs = many(
        Brief,
        waiting=rows,
        campaign=[planned.campaign for planned in steps],
        due=dues,
        facts=facts,
        order=views,
        wording=map(known.worded.get, of.id),
        case=map(known.complaints.get, of.id),
    )
    return list(briefs)


_NOTHING: frozenset[EventKind] = frozenset()


def _withdrawn(row: Waiting) -> Step:
    """What stands for a step that the plan has no longer."""
    return Step(row.step, row.step, row.send_at - row.event_at, (row.channel,), row.purpose)


def _is_silent(view: OrderView | None, now: datetime, known: Known) -> bool:
    since = known.silent_since.get(view.order.shop) if view else None
    return since is not None and since <= now - UNREACHABLE_AFTER
