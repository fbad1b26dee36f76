"""Carries the plans out: what has happened to orders starts campaigns, and stops them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import bindparam, literal, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from paldies.campaigns.planner import Decline
from paldies.campaigns.reasons import Reason
from paldies.outbox.candidates import find_candidates
from paldies.outbox.enrolling import Candidate, Enrolled, decline_all, enrol_all
from paldies.outbox.plans import Plans
from paldies.outbox.stopping import stop_where_the_order_ended
from paldies.store.among import among
from paldies.store.prepared import Prepared
from paldies.store.questions import Question
from paldies.store.schema import order_events

log = structlog.get_logger(__name__)

CHUNK = 400  # events in one transaction: under 50 ms on SQLite

_NEW = Question(
    select(order_events.c.id, order_events.c.order_id, order_events.c.kind, order_events.c.first_seen_at)
    .where(order_events.c.planned_at.is_(None))
    .order_by(order_events.c.id)
    .limit(literal(CHUNK))
)
_MARK = Prepared(
    update(order_events)
    .where(among(order_events.c.id, "events"))
    .values(planned_at=bindparam("dealt_with_at", type_=order_events.c.planned_at.type))
)
_MARK_AT_FIRST_SIGHT = Prepared(
    update(order_events)
    .where(among(order_events.c.id, "events"))
    .values(planned_at=order_events.c.first_seen_at)
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
    since the planning before.
    """
    events = _NEW.ask(session)
    if not events:
        return Planned()
    moments = {event.id: event.first_seen_at if at_first_sight else now for event in events}
    candidates = find_candidates(session, events, plans.running(session), now=now, moments=moments)
    work = _Work(events, candidates, plans, home_zone, moments)
    counts, stopped = _deal_with(session, work)
    if at_first_sight:
        _MARK_AT_FIRST_SIGHT.run(session, [{"events": list(moments)}])
    else:
        _MARK.run(session, [{"events": list(moments), "dealt_with_at": now}])
    return Planned(len(events), counts, stopped)


@dataclass(frozen=True, slots=True)
class _Work:
    """Events to be dealt with, each as of its own of the `moments`, and whom they ask to be enrolled."""

    events: Sequence[Any]
    candidates: Sequence[Candidate]
    plans: Plans
    home_zone: str
    moments: Mapping[int, datetime]

    def pieces(self) -> "Iterator[_Work]":
        """One event each."""
        for event in self.events:
            asked = [one for one in self.candidates if one.event_id == event.id]
            yield replace(self, events=[event], candidates=asked)


def _deal_with(session: Session, work: _Work) -> tuple[Enrolled, int]:
    """Starts and stops what these events start and stop.

    One that cannot be dealt with costs the others nothing: it is declined, and the log says why.
    """
    try:
        with session.begin_nested():
            enrolled = enrol_all(session, work.candidates, work.home_zone)
            changed = {event.order_id: work.moments[event.id] for event in work.events}
            return enrolled, stop_where_the_order_ended(session, work.plans, changed)
    except OperationalError:
        raise
    except Exception as error:
        if len(work.events) == 1:
            log.exception("an order event could not be planned", order=work.events[0].order_id)
            why = f"{type(error).__name__}: {error}"
            return decline_all(session, work.candidates, Decline(Reason.UNFORESEEN, why)), 0
    dealt = [_deal_with(session, piece) for piece in work.pieces()]
    return sum((enrolled for enrolled, _ in dealt), Enrolled()), sum(stopped for _, stopped in dealt)
