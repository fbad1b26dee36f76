"""Who enters which campaign: every candidate gets an enrolment row, whatever the answer is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.planner import Arrival, Decline, Enrol, Join, Passage, enrol
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import Arm, EnrolmentState
from paldies.outbox.first_legs import plan_messages
from paldies.outbox.plans import Running
from paldies.store.schema import enrolments, orders
from paldies.store.views import OrderView, customer_value, read_customers, read_orders


@dataclass(frozen=True, slots=True)
class Enrolled:
    """How many of some candidates went in, joined another order's passage, or stayed out."""

    entered: int = 0
    joined: int = 0
    declined: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One event, or one person's wish, that may start one campaign for one customer."""

    running: Running
    subject: str
    occurrence: tuple[str, int]
    customer_id: int
    order_id: int | None
    event_id: int | None
    event_at: datetime
    first_seen_at: datetime
    counts_as_late: bool


@dataclass(slots=True)
class _Known:
    """What the candidates of one chunk need to be judged; grows as they are enrolled."""

    orders: dict[int, OrderView]
    customers: dict[int, Mapping[str, Any]]
    passages: dict[tuple[int, str], list[Passage]] = field(default_factory=lambda: defaultdict(list))


def enrol_all(
    session: Session, candidates: Sequence[Candidate], home_zone: str, *, now: datetime
) -> Enrolled:
    """Writes an enrolment for each, and the messages of those that go in."""
    known = _read(session, candidates, home_zone)
    entered: list[Candidate] = []
    joined = declined = 0
    for candidate in candidates:
        answer = enrol(candidate.running.campaign, _arrival(candidate, known))
        key = keys.enrolment_key(candidate.running.campaign.name, candidate.subject, *candidate.occurrence)
        if not _write(session, candidate, key, answer, now):
            continue
        known.passages[candidate.customer_id, candidate.running.campaign.name].append(
            Passage(
                key, candidate.subject, _STATE[type(answer)], candidate.event_at, _anchor(candidate, known)
            )
        )
        match answer:
            case Enrol():
                entered.append(candidate)
            case Join():
                joined += 1
            case Decline():
                declined += 1
    for running, some in _by_plan(entered):
        subjects = [keys.enrolment_key(running.campaign.name, one.subject, *one.occurrence) for one in some]
        plan_messages(session, subjects, running.campaign, now=now)
    return Enrolled(len(entered), joined, declined)


_STATE = {Enrol: EnrolmentState.OPEN, Join: EnrolmentState.JOINED, Decline: EnrolmentState.DECLINED}


def _read(session: Session, candidates: Sequence[Candidate], home_zone: str) -> _Known:
    customer_ids = {candidate.customer_id for candidate in candidates}
    known = _Known(
        orders=read_orders(session, {one.order_id for one in candidates if one.order_id}, home_zone),
        customers=read_customers(session, customer_ids),
    )
    earlier = session.execute(
        select(enrolments.c.key, enrolments.c.state, enrolments.c.event_at, enrolments.c.customer_id)
        .add_columns(enrolments.c.campaign, orders.c.placed_at)
        .join_from(enrolments, orders, orders.c.id == enrolments.c.order_id, isouter=True)
        .where(enrolments.c.customer_id.in_(customer_ids))
        .where(enrolments.c.campaign.in_({one.running.campaign.name for one in candidates}))
    )
    for row in earlier:
        _, subject, _ = row.key.split("/")
        anchor = row.event_at if keys.is_about_a_customer(subject) else row.placed_at or row.event_at
        known.passages[row.customer_id, row.campaign].append(
            Passage(row.key, subject, EnrolmentState(row.state), row.event_at, anchor)
        )
    return known


def _arrival(candidate: Candidate, known: _Known) -> Arrival:
    order = known.orders.get(candidate.order_id) if candidate.order_id else None
    customer = known.customers[candidate.customer_id]
    return Arrival(
        subject=candidate.subject,
        customer_uuid=UUID(customer["uuid"]),
        event_at=candidate.event_at,
        first_seen_at=candidate.first_seen_at,
        anchor_at=_anchor(candidate, known),
        order=order.order if order else None,
        customer=customer_value(customer, order),
        earlier=tuple(known.passages[candidate.customer_id, candidate.running.campaign.name]),
    )


def _anchor(candidate: Candidate, known: _Known) -> datetime:
    """A customer's passage is about no order, though it may be filled in with the latest one."""
    if keys.is_about_a_customer(candidate.subject):
        return candidate.event_at
    order = known.orders.get(candidate.order_id) if candidate.order_id else None
    return order.order.placed_at if order else candidate.event_at


def _write(
    session: Session, candidate: Candidate, key: str, answer: Enrol | Join | Decline, now: datetime
) -> bool:
    """False if there is one with this key already: planning may run as often as it likes."""
    if session.scalar(select(enrolments.c.id).where(enrolments.c.key == key)):
        return False
    over = isinstance(answer, Decline)
    row: dict[str, Any] = {
        "key": key,
        "campaign": candidate.running.campaign.name,
        "plan_version_id": candidate.running.plan_version_id,
        "customer_id": candidate.customer_id,
        "order_id": candidate.order_id,
        "event_id": candidate.event_id,
        "event_at": candidate.event_at,
        "state": _STATE[type(answer)].value,
        "reason": answer.reason.value if isinstance(answer, Decline) else "",
        "note": answer.note if isinstance(answer, Decline) else "",
        "arm": (answer.arm if isinstance(answer, Enrol) else Arm.TREATED).value,
        "is_late_seen": candidate.counts_as_late,
        "created_at": now,
        "ended_at": now if over else None,
    }
    if isinstance(answer, Join):
        row["joined_to"] = session.scalar(select(enrolments.c.id).where(enrolments.c.key == answer.to))
        row["reason"] = Reason.JOINED.value
    session.execute(insert(enrolments).values(row))
    return True


def _by_plan(candidates: Iterable[Candidate]) -> Iterable[tuple[Running, list[Candidate]]]:
    by_plan: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_plan[candidate.running.plan_version_id].append(candidate)
    return [(some[0].running, some) for some in by_plan.values()]
