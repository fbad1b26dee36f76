"""Carries the plans out: what has happened to orders starts campaigns, and stops them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

import structlog
from sqlalchemy import bindparam, literal, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.planner import Decline, is_late_seen
from paldies.campaigns.reasons import Reason
from paldies.outbox.enrolling import Candidate, Enrolled, decline_all, enrol_all
from paldies.outbox.plans import Plans, Running
from paldies.outbox.stopping import stop_where_the_order_ended
from paldies.store.prepared import Prepared
from paldies.store.questions import Question
from paldies.store.schema import order_events, orders

log = structlog.get_logger(__name__)

CHUNK = 200  # events in one transaction: under 50 ms on SQLite

_NEW = Question(
    select(order_events.c.id, order_events.c.order_id, order_events.c.kind, order_events.c.ordinal)
    .add_columns(order_events.c.happened_at, order_events.c.first_seen_at, order_events.c.not_before)
    .add_columns(order_events.c.is_history, orders.c.shop, orders.c.external_id, orders.c.customer_id)
    .add_columns(orders.c.placed_at, orders.c.first_seen_at.label("order_seen_at"))
    .join_from(order_events, orders, orders.c.id == order_events.c.order_id)
    .where(order_events.c.planned_at.is_(None))
    .order_by(order_events.c.id)
    .limit(literal(CHUNK))
)
_MARK = Prepared(
    update(order_events)
    .where(order_events.c.id == bindparam("event"))
    .values(planned_at=bindparam("dealt_with_at", type_=order_events.c.planned_at.type))
)


@dataclass(frozen=True, slots=True)
class Planned:
    """What one chunk came to; no events means that there are none left."""

    events: int = 0
    enrolled: Enrolled = field(default_factory=Enrolled)
    stopped: int = 0


def plan_new_events(
    session: Session, plans: Plans, home_zone: str, *, now: datetime, at_first_sight: bool = False
) -> Planned:
    """Deals with the oldest events that nobody has dealt with; zero events means there are none left.

    `at_first_sight` is for a past that is played again: each is dealt with, and dated, as of the moment at
    which it was first seen, as a daemon would have done then. That holds as long as nobody was told of twice
    since the planning before: see `orders.told.apart`.
    """
    events = _NEW.ask(session)
    if not events:
        return Planned()
    moments = {event.id: event.first_seen_at if at_first_sight else now for event in events}
    counts, stopped = _deal_with(session, events, plans, home_zone, now=now, moments=moments)
    _MARK.run(session, [{"event": event, "dealt_with_at": at} for event, at in moments.items()])
    return Planned(len(events), counts, stopped)


def _deal_with(
    session: Session,
    events: Sequence[Any],
    plans: Plans,
    home_zone: str,
    *,
    now: datetime,
    moments: Mapping[int, datetime],
) -> tuple[Enrolled, int]:
    """Starts and stops what these events start and stop, each as of its own of the `moments`.

    One that cannot be dealt with costs the others nothing: it is declined, and the log says why.
    """
    candidates = _candidates(session, events, plans.running(session), now=now, moments=moments)
    try:
        with session.begin_nested():
            enrolled = enrol_all(session, candidates, home_zone)
            changed = {event.order_id: moments[event.id] for event in events}
            return enrolled, stop_where_the_order_ended(session, plans, changed)
    except OperationalError:
        raise
    except Exception as error:
        if len(events) == 1:
            log.exception("an order event could not be planned", order=events[0].external_id)
            why = f"{type(error).__name__}: {error}"
            return decline_all(session, candidates, Decline(Reason.UNFORESEEN, why)), 0
    dealt = [_deal_with(session, [event], plans, home_zone, now=now, moments=moments) for event in events]
    return sum((enrolled for enrolled, _ in dealt), Enrolled()), sum(stopped for _, stopped in dealt)


def _candidates(
    session: Session,
    events: Sequence[Any],
    running: Sequence[Running],
    *,
    now: datetime,
    moments: Mapping[int, datetime],
) -> list[Candidate]:
    """In the order in which it happened: the earlier of two orders speaks for both."""
    return [
        Candidate(
            running=one,
            subject=keys.order_subject(event.shop, event.external_id),
            occurrence=(event.kind, event.ordinal),
            customer_id=event.customer_id,
            order_id=event.order_id,
            event_id=event.id,
            now=moments[event.id],
            event_at=event.happened_at,
            first_seen_at=event.first_seen_at,
            counts_as_late=is_late_seen(
                event.happened_at,
                event.first_seen_at,
                placed_at=event.placed_at,
                not_before=event.not_before,
            ),
            placed_at=event.placed_at,
            not_before=event.not_before,
            is_first_sight=event.first_seen_at == event.order_seen_at,
        )
        for event in sorted(events, key=attrgetter("happened_at"))
        if not event.is_history
        for one in running
        if one.campaign.trigger == event.kind and _is_news_to(session, event, one.since, now)
    ]


def _is_news_to(session: Session, event: Any, since: datetime, now: datetime) -> bool:
    """Whether it was first seen since then, and not only dated so by a clock that was behind."""
    if event.first_seen_at >= since or now < since:
        return True
    later = order_events.alias("later")
    earlier_by_number = select(later.c.id).where(
        later.c.id < event.id, later.c.first_seen_at > event.first_seen_at
    )
    return session.scalar(earlier_by_number.limit(1)) is not None
