"""Who enters a campaign, and which contacts are planned for them."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from paldies.campaigns.definition import Campaign
from paldies.campaigns.expressions import ExpressionError, is_true
from paldies.campaigns.facts import Customer, Order, condition_values
from paldies.campaigns.keys import begun_by
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import Arm, EnrolmentState, EventKind
from paldies.value import value

JOINED_WITHIN = timedelta(hours=2)
FRESH = timedelta(hours=1)
GUESS_AT_MOST = timedelta(hours=24)  # what may have happened longer ago did not "happen when it was seen"
LONG_AGO = timedelta(days=30)  # what happens to an order placed before that is seldom news


@value
class PlannedStep:
    """One step of a plan version: its first leg falls due `offset` after the event."""

    key: str
    channel: str
    offset: timedelta


@value
class Passage:
    """An earlier enrolment of the same customer in the same campaign."""

    key: str
    subject: str  # keys.order_subject or keys.customer_subject
    state: EnrolmentState
    event_at: datetime
    anchor_at: datetime  # when the order was placed; without an order, the event


@value
class Arrival:
    """An event that asks for an enrolment; instants are aware.

    Of order and customer nothing need be known where the campaign does not ask (`asks_whom`).
    """

    subject: str
    event_at: datetime
    first_seen_at: datetime
    anchor_at: datetime  # when the order was placed; without an order, the event
    customer_uuid: UUID | None = None
    order: Order | None = None
    customer: Customer | None = None
    earlier: tuple[Passage, ...] = ()
    not_before: datetime | None = None  # the earliest that it can have happened, if its time is a guess
    is_first_sight: bool = False  # nothing was known of the order before
    is_by_hand: bool = False  # a person wants it now, whatever has happened


@value
class Enrol:
    """Goes in, into one arm for good."""

    arm: Arm


@value
class Join:
    """Shares the passage of another order, by its enrolment key."""

    to: str


@value
class Decline:
    """Stays out."""

    reason: Reason
    note: str = ""


def plan(campaign: Campaign) -> tuple[PlannedStep, ...]:
    """What every enrolment gets; steps that choose their moment or ask a person are looked at at once."""
    return tuple(
        PlannedStep(step.key, step.channels[0], timedelta(0) if step.looks_early else step.after)
        for step in campaign.steps
    )


def enrol(campaign: Campaign, arrival: Arrival) -> Enrol | Join | Decline:
    """The first question with an answer decides: seen in time, wanted, not shared, not too soon again."""
    if _was_seen_too_late(campaign, arrival):
        return Decline(Reason.SEEN_TOO_LATE)
    if campaign.who and (unwanted := _unwanted(campaign.who, arrival)):
        return unwanted
    if not arrival.is_by_hand and _has_entered(campaign, arrival):
        return Decline(Reason.HAS_ENTERED)
    passed = [
        passage
        for passage in arrival.earlier
        if passage.state in (EnrolmentState.OPEN, EnrolmentState.FINISHED)
    ]
    is_of_a_case = campaign.trigger is EventKind.CASE_OPENED  # which is confirmed by itself
    if not is_of_a_case and (shared := _shared_passage(arrival, passed)):
        return Join(shared.key)
    if campaign.again_after is not None and any(
        abs(arrival.event_at - passage.event_at) < campaign.again_after for passage in passed
    ):
        return Decline(Reason.AGAIN_TOO_SOON)
    if not campaign.holdout or campaign.is_exempt:
        return Enrol(Arm.TREATED)
    assert arrival.customer_uuid  # noqa: S101 - see Arrival
    return Enrol(arm(campaign.name, arrival.customer_uuid, campaign.holdout))


def _was_seen_too_late(campaign: Campaign, arrival: Arrival) -> bool:
    """An order that is new to us and old to the shop says nothing of when it came to be as it is."""
    is_old_news = arrival.not_before is not None and arrival.is_first_sight
    earliest = arrival.not_before if arrival.not_before and is_old_news else arrival.event_at
    late_by = arrival.first_seen_at - earliest
    if campaign.catch_up is not None and late_by > campaign.catch_up:
        return True
    return is_old_news and late_by > GUESS_AT_MOST


def _unwanted(who: str, arrival: Arrival) -> Decline | None:
    assert arrival.customer  # noqa: S101 - see Arrival
    try:
        is_wanted = is_true(who, condition_values(arrival.order, arrival.customer))
    except ExpressionError as error:
        return Decline(Reason.WHO_UNCLEAR, str(error))
    return None if is_wanted else Decline(Reason.WHO)


def _has_entered(campaign: Campaign, arrival: Arrival) -> bool:
    """What begins a campaign may be edited: who went in by something else is not told everything again."""
    return any(
        passage.subject == arrival.subject
        and passage.state is not EnrolmentState.DECLINED
        and begun_by(passage.key) != campaign.trigger
        for passage in arrival.earlier
    )


def _shared_passage(arrival: Arrival, passed: list[Passage]) -> Passage | None:
    """The earliest of *another* order placed close by: a second parcel of the same one speaks for itself."""
    near = [
        passage
        for passage in passed
        if passage.subject != arrival.subject and abs(passage.anchor_at - arrival.anchor_at) <= JOINED_WITHIN
    ]
    return min(near, key=lambda passage: (passage.anchor_at, passage.key), default=None)


def arm(campaign_salt: str, customer_uuid: UUID, holdout: float) -> Arm:
    """The same answer for the same customer, evenly spread, and independent between campaigns."""
    digest = sha256(f"{campaign_salt}/{customer_uuid}".encode()).digest()
    share = int.from_bytes(digest[:8]) / 2**64
    return Arm.HOLDOUT if share < holdout else Arm.TREATED


def is_late_seen(
    event_at: datetime,
    first_seen_at: datetime,
    *,
    placed_at: datetime | None = None,
    not_before: datetime | None = None,
) -> bool:
    """Whether messages that follow from it count for the blast breaker.

    So do those about orders of long ago, which somebody may be tidying up, and about what has been so for
    longer than a day, as far as anybody knows.
    """
    if placed_at and event_at - placed_at > LONG_AGO:
        return True
    if not_before and first_seen_at - not_before > GUESS_AT_MOST:
        return True
    return first_seen_at - event_at > FRESH
