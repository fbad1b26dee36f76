"""What has happened to orders so far, whether or not anybody has dealt with it yet."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import order_events

_KINDS = Question(
    select(order_events.c.order_id, order_events.c.kind).where(among(order_events.c.order_id, "orders"))
)


def happened(session: Session, order_ids: Collection[int]) -> Mapping[int, frozenset[EventKind]]:
    """By order; of one that nothing has happened to, an empty set."""
    kinds: dict[int, set[EventKind]] = defaultdict(set)
    for order_id, kind in _KINDS.ask(session, orders=order_ids):
        kinds[order_id].add(EventKind(kind))
    return defaultdict(frozenset, {order_id: frozenset(found) for order_id, found in kinds.items()})
