"""Carries the plans out: what has happened to orders starts campaigns, and stops them."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.planner import is_late_seen
from paldies.outbox.enrolling import Candidate, Enrolled, enrol_all
from paldies.outbox.plans import Plans
from paldies.outbox.stopping import stop_where_the_order_ended
from paldies.store.schema import order_events, orders

CHUNK = 200  # events in one transaction: under 50 ms on SQLite


@dataclass(frozen=True, slots=True)
class Planned:
    """What one chunk came to; no events means that there are none left."""

    events: int = 0
    enrolled: Enrolled = field(default_factory=Enrolled)
    stopped: int = 0


def plan_new_events(session: Session, plans: Plans, home_zone: str, *, now: datetime) -> Planned:
    """Deals with the oldest events that nobody has dealt with; zero events means there are none left."""
    found = session.execute(
        select(order_events, orders.c.shop, orders.c.external_id, orders.c.customer_id)
        .join_from(order_events, orders, orders.c.id == order_events.c.order_id)
        .where(order_events.c.planned_at.is_(None))
        .order_by(order_events.c.id)
        .limit(CHUNK)
    )
    events = found.mappings().all()
    if not events:
        return Planned()
    running = plans.running(session)
    candidates = [
        Candidate(
            running=one,
            subject=keys.order_subject(event["shop"], event["external_id"]),
            occurrence=(event["kind"], event["ordinal"]),
            customer_id=event["customer_id"],
            order_id=event["order_id"],
            event_id=event["id"],
            event_at=event["happened_at"],
            first_seen_at=event["first_seen_at"],
            counts_as_late=is_late_seen(event["happened_at"], event["first_seen_at"]),
        )
        for event in sorted(events, key=lambda event: event["happened_at"])
        if not event["is_history"]
        for one in running
        if one.campaign.trigger == event["kind"] and event["first_seen_at"] >= one.since
    ]
    counts = enrol_all(session, candidates, home_zone, now=now)
    stopped = stop_where_the_order_ended(session, plans, [event["order_id"] for event in events], now=now)
    session.execute(
        update(order_events)
        .where(order_events.c.id.in_([event["id"] for event in events]))
        .values(planned_at=now)
    )
    return Planned(len(events), counts, stopped)
