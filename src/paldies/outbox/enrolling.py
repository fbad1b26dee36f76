"""Who enters which campaign: every candidate gets an enrolment row, whatever the answer is."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.definition import Campaign
from paldies.campaigns.planner import Arrival, Decline, Enrol, Join, Passage, enrol
from paldies.campaigns.policy import why_stopped
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import Arm, EnrolmentState, EventKind
from paldies.outbox.first_legs import plan_messages
from paldies.outbox.happened import happened
from paldies.outbox.plans import Running
from paldies.store.among import among
from paldies.store.prepared import Prepared
from paldies.store.questions import Question
from paldies.store.schema import enrolments, orders
from paldies.store.views import OrderView, Person, customer_value, read_customers, read_orders
from paldies.value import value

_PASSAGE = enrolments.alias("passage")


@value
class Enrolled:
    """How many of some candidates went in, joined another order's passage, or stayed out."""

    entered: int = 0
    joined: int = 0
    declined: int = 0

    def __add__(self, other: "Enrolled") -> "Enrolled":
        return Enrolled(
            self.entered + other.entered, self.joined + other.joined, self.declined + other.declined
        )


@value
class Candidate:
    """One event, or one person's wish, that may start one campaign for one customer."""

    running: Running
    subject: str
    occurrence: tuple[str, int]
    customer_id: int
    order_id: int | None
    event_id: int | None
    now: datetime  # when it is dealt with
    event_at: datetime
    first_seen_at: datetime
    counts_as_late: bool
    placed_at: datetime | None = None  # the order; None: it is looked up
    not_before: datetime | None = None  # as in Arrival
    is_first_sight: bool = False


@value
class _Judged:
    """A candidate, the key of the enrolment it would get, and the planner's answer."""

    key: str
    candidate: Candidate
    answer: Enrol | Join | Decline


@dataclass(slots=True)
class _Known:
    """What the candidates of one chunk need to be judged; grows as they are enrolled.

    Orders and customers only where a campaign asks about them: to read them takes longer than all the rest.
    What has happened only to orders of customers who have several passages: it matters to the next of them.
    """

    orders: dict[int, OrderView]
    customers: dict[int, Person]
    happened: Mapping[int, frozenset[EventKind]]
    keys: Collection[str]  # of the enrolments that were there before
    passages: dict[tuple[int, str], list[Passage]] = field(default_factory=lambda: defaultdict(list))


def enrol_all(session: Session, candidates: Sequence[Candidate], home_zone: str) -> Enrolled:
    """Writes an enrolment for each, and the messages of those that go in.

    Those with a row already are passed over: planning may run as often as it likes.
    """
    known = _read(session, candidates, home_zone)
    judged = _judge(_without_a_row(candidates, known.keys), known)
    if not judged:
        return Enrolled()
    _ADD.run(session, [_row(one) for one in judged])
    shared = [
        {"joining": one.key, "passage": one.answer.to} for one in judged if isinstance(one.answer, Join)
    ]
    if shared:
        _SHARE.run(session, shared)
    entered: dict[int, list[_Judged]] = defaultdict(list)
    for one in judged:
        if isinstance(one.answer, Enrol):
            entered[one.candidate.running.plan_version_id].append(one)
    for some in entered.values():
        plan_messages(session, [one.key for one in some], some[0].candidate.running.campaign)
    went_in = sum(map(len, entered.values()))
    return Enrolled(went_in, len(shared), len(judged) - went_in - len(shared))


def decline_all(session: Session, candidates: Sequence[Candidate], answer: Decline) -> Enrolled:
    """Writes that none of them goes in, without asking the planner."""
    there = _EARLIER.ask(session, **_asked_about(candidates))
    if fresh := _without_a_row(candidates, {row.key for row in there}):
        _ADD.run(session, [_row(_Judged(key, candidate, answer)) for key, candidate in fresh.items()])
    return Enrolled(declined=len(fresh))


_ADD = Prepared(insert(enrolments))
_SHARE = Prepared(
    update(enrolments)
    .where(enrolments.c.key == bindparam("joining"))
    .values(joined_to=select(_PASSAGE.c.id).where(_PASSAGE.c.key == bindparam("passage")).scalar_subquery())
)
_EARLIER = Question(
    select(enrolments.c.key, enrolments.c.state, enrolments.c.event_at, enrolments.c.customer_id)
    .add_columns(enrolments.c.campaign, enrolments.c.order_id, orders.c.placed_at)
    .join_from(enrolments, orders, orders.c.id == enrolments.c.order_id, isouter=True)
    .where(among(enrolments.c.customer_id, "customers"), among(enrolments.c.campaign, "campaigns"))
)


def _asked_about(candidates: Sequence[Candidate]) -> dict[str, set[Any]]:
    return {
        "customers": {one.customer_id for one in candidates},
        "campaigns": {one.running.campaign.name for one in candidates},
    }


def _without_a_row(candidates: Sequence[Candidate], there: Collection[str]) -> dict[str, Candidate]:
    """By key; an order's enrolments are where the order is, with its customer."""
    keyed = {
        keys.enrolment_key(one.running.campaign.name, one.subject, *one.occurrence): one for one in candidates
    }
    return {key: candidate for key, candidate in keyed.items() if key not in there}


def _judge(candidates: Mapping[str, Candidate], known: _Known) -> list[_Judged]:
    """In the order of arrival: what one is told, the next one's answer depends on."""
    judged = []
    for key, candidate in candidates.items():
        campaign = candidate.running.campaign
        answer = enrol(campaign, _arrival(candidate, known))
        judged.append(_Judged(key, candidate, answer))
        state = _state(_STATE[type(answer)], campaign, known.happened[candidate.order_id or 0])
        known.passages[candidate.customer_id, campaign.name].append(
            Passage(key, candidate.subject, state, candidate.event_at, _anchor(candidate, known))
        )
    return judged


_STATE = {Enrol: EnrolmentState.OPEN, Join: EnrolmentState.JOINED, Decline: EnrolmentState.DECLINED}
_TREATED = Arm.TREATED.value
_WORD = {kind: state.value for kind, state in _STATE.items()}


def _state(state: EnrolmentState, campaign: Campaign, happened: frozenset[EventKind]) -> EnrolmentState:
    """What ended an order may be on record before it is dealt with: its passage stands in nobody's way."""
    is_ended = state is EnrolmentState.OPEN and why_stopped(campaign.stop_on, happened)
    return EnrolmentState.STOPPED if is_ended else state


def _read(session: Session, candidates: Sequence[Candidate], home_zone: str) -> _Known:
    times = Counter(candidate.customer_id for candidate in candidates)
    campaigns = {one.running.campaign.name: one.running.campaign for one in candidates}
    earlier = _EARLIER.ask(session, **_asked_about(candidates))
    several = {row.customer_id for row in earlier} | {one for one, count in times.items() if count > 1}
    ending = frozenset().union(*(campaign.stop_on for campaign in campaigns.values()))
    compared = {one.order_id for one in candidates if one.customer_id in several and one.order_id}
    asked = [one for one in candidates if one.running.campaign.asks_whom]
    undated = {one.order_id for one in candidates if one.order_id and not one.placed_at}
    known = _Known(
        orders=read_orders(session, undated | {one.order_id for one in asked if one.order_id}, home_zone),
        customers=read_customers(session, {one.customer_id for one in asked}),
        happened=happened(session, compared | {row.order_id for row in earlier if row.order_id}, ending),
        keys={row.key for row in earlier},
    )
    for row in earlier:
        _, subject, _ = row.key.split("/")
        anchor = row.event_at if keys.is_about_a_customer(subject) else row.placed_at or row.event_at
        state = _state(EnrolmentState(row.state), campaigns[row.campaign], known.happened[row.order_id or 0])
        known.passages[row.customer_id, row.campaign].append(
            Passage(row.key, subject, state, row.event_at, anchor)
        )
    return known


def _arrival(candidate: Candidate, known: _Known) -> Arrival:
    order = known.orders.get(candidate.order_id) if candidate.order_id else None
    customer = known.customers.get(candidate.customer_id)
    return Arrival(
        subject=candidate.subject,
        customer_uuid=UUID(customer.uuid) if customer else None,
        event_at=candidate.event_at,
        first_seen_at=candidate.first_seen_at,
        anchor_at=_anchor(candidate, known),
        order=order.order if order else None,
        customer=customer_value(customer, order) if customer else None,
        earlier=tuple(known.passages[candidate.customer_id, candidate.running.campaign.name]),
        not_before=candidate.not_before,
        is_first_sight=candidate.is_first_sight,
        is_by_hand=candidate.occurrence[0] == EventKind.MANUAL,
    )


def _anchor(candidate: Candidate, known: _Known) -> datetime:
    """A customer's passage is about no order, though it may be filled in with the latest one."""
    if candidate.order_id is None or keys.is_about_a_customer(candidate.subject):
        return candidate.event_at
    return candidate.placed_at or known.orders[candidate.order_id].order.placed_at


def _row(judged: _Judged) -> dict[str, Any]:
    candidate, answer = judged.candidate, judged.answer
    row: dict[str, Any] = {
        "key": judged.key,
        "campaign": candidate.running.campaign.name,
        "plan_version_id": candidate.running.plan_version_id,
        "customer_id": candidate.customer_id,
        "order_id": candidate.order_id,
        "event_id": candidate.event_id,
        "event_at": candidate.event_at,
        "state": _WORD[type(answer)],
        "reason": "",
        "note": "",
        "arm": _TREATED,
        "is_late_seen": candidate.counts_as_late,
        "created_at": candidate.now,
        "ended_at": None,
    }
    match answer:
        case Enrol(arm):
            row["arm"] = str(arm)
        case Join():
            row["reason"] = Reason.JOINED.value
        case Decline(reason, note):
            row |= {"reason": reason.value, "note": note, "ended_at": candidate.now}
    return row
