"""What has happened to orders so far, whether or not anybody has dealt with it yet."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.store.schema import order_events

# Made once: asking takes less time than putting the question into words.
_KINDS = select(order_events.c.order_id, order_events.c.kind).where(
    order_events.c.order_id.in_(bindparam("orders", expanding=True))
)


def happened(session: Session, order_ids: Collection[int]) -> Mapping[int, frozenset[EventKind]]:
    """By order; of one that nothing has happened to, an empty set."""
    kinds: dict[int, set[EventKind]] = defaultdict(set)
    for order_id, kind in session.execute(_KINDS, {"orders": list(order_ids)}):
        kinds[order_id].add(EventKind(kind))
    return defaultdict(frozenset, {order_id: frozenset(found) for order_id, found in kinds.items()})
