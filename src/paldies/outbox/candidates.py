"""Which of the things that have happened to orders ask for which campaigns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, literal, select
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.planner import is_late_seen
from paldies.outbox.enrolling import Candidate
from paldies.outbox.plans import Running
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import order_events, orders

_TELLING = Question(
    select(order_events.c.id, order_events.c.order_id, order_events.c.kind, order_events.c.ordinal)
    .add_columns(order_events.c.happened_at, order_events.c.first_seen_at, order_events.c.not_before)
    .add_columns(orders.c.shop, orders.c.external_id, orders.c.customer_id, orders.c.placed_at)
    .add_columns(orders.c.first_seen_at.label("order_seen_at"))
    .join_from(order_events, orders, orders.c.id == order_events.c.order_id)
    .where(among(order_events.c.id, "events"), order_events.c.is_history.is_(False))
    .order_by(order_events.c.happened_at, order_events.c.id)
)
_LATEST = Question(
    select(order_events.c.first_seen_at)
    .where(order_events.c.id < bindparam("first", type_=order_events.c.id.type))
    .order_by(order_events.c.first_seen_at.desc())
    .limit(literal(1))
)


def find_candidates(
    session: Session,
    events: Sequence[Any],
    running: Sequence[Running],
    *,
    now: datetime,
    moments: Mapping[int, datetime],
) -> list[Candidate]:
    """In the order in which it happened: the earlier of two orders speaks for both.

    `events` come by their numbers; `moments` says when each of them is dealt with.
    """
    triggers = {one.campaign.trigger for one in running}
    telling = _TELLING.ask(session, events=[event.id for event in events if event.kind in triggers])
    newness = _Newness(session, events, now=now)
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
        for event in telling
        for one in running
        if one.campaign.trigger == event.kind and newness.is_news(event, one.since)
    ]


class _Newness:
    """Which campaigns an event is news to: those that were published when it was first seen.

    Or when it was dated so only by a clock that was behind: then an earlier one was seen later.
    """

    def __init__(self, session: Session, events: Sequence[Any], *, now: datetime) -> None:
        self._session = session
        self._now = now
        self._events = events

    def is_news(self, event: Any, since: datetime) -> bool:
        if event.first_seen_at >= since or self._now < since:
            return True
        was_behind: bool = self._latest_before[event.id] > event.first_seen_at
        return was_behind

    @cached_property
    def _latest_before(self) -> dict[int, datetime]:
        """By event, when the latest of all earlier ones was seen; hardly ever asked."""
        found = _LATEST.ask(self._session, first=self._events[0].id)
        latest = found[0].first_seen_at if found else self._events[0].first_seen_at
        so_far = {}
        for event in self._events:
            so_far[event.id] = latest
            latest = max(latest, event.first_seen_at)
        return so_far
