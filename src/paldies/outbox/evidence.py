"""Puts together what the policy, and whoever sends it, has to know about each due message."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.due import Due
from paldies.campaigns.facts import Case, Facts
from paldies.campaigns.traits import Traits
from paldies.outbox.known import Known, known_of
from paldies.outbox.plans import Plans
from paldies.outbox.queue import Waiting
from paldies.store.views import OrderView, customer_value
from paldies.templates.by_hand import Wording
from paldies.value import value

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
    leaving = known.in_flight | frozenset(in_hand)
    has_channel = house.channels is None or traits.name in house.channels
    briefs = []
    for row, wish in zip(rows, known.wishes, strict=True):
        campaign, step = known.steps[row.plan_version_id, row.step]
        view = known.orders.get(row.order_id or 0)
        order = view.order if view else None
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
            previous_at=known.earlier.get(row.id),
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
            order=order,
            customer=customer_value(known.people[row.customer_id], view),
            address=wish.address,
            zones=view.zones if view else (),
            home_zone=house.home_zone,
            happened=known.happened.get(row.order_id or 0, frozenset()),
            campaign_paused=row.campaign in known.paused,
            campaign_withdrawn=row.campaign in known.withdrawn,
            has_channel=has_channel,
            suppressed=known.refused.get(wish, ""),
            has_consent=(wish.address, row.purpose) in known.agreed,
            may_soft_opt_in=house.soft_opt_in and order is not None,
            has_way_out=house.has_way_out,
            has_open_case=row.customer_id in known.complaining,
            has_in_flight=row.customer_id in leaving,
            shop_unreachable=order is not None and _is_silent(order.shop, row.now, known),
            is_allowed=house.only_to is None or wish.address in house.only_to,
            contacts=known.contacts.get(row.customer_id, ()),
            adopted_at=known.adopted_at,
            woke_at=known.woke_at,
            blast_room=known.blast_rooms.get((row.campaign, row.now)),
            country=order.country if order else "",
            region=order.region if order else "",
        )
        briefs.append(
            Brief(row, campaign, due, facts, view, known.worded.get(row.id), known.complaints.get(row.id))
        )
    return briefs


def _is_silent(shop: str, now: datetime, known: Known) -> bool:
    since = known.silent_since.get(shop)
    return since is not None and since <= now - UNREACHABLE_AFTER
