"""What has happened to orders so far, whether or not anybody has dealt with it yet."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind, kind_of
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import order_events

_KINDS = Question(
    select(order_events.c.order_id, order_events.c.kind).where(among(order_events.c.order_id, "orders"))
)


_SOME = Question(
    select(order_events.c.order_id, order_events.c.kind).where(
        among(order_events.c.order_id, "orders"), among(order_events.c.kind, "kinds")
    )
)


def happened(
    session: Session, order_ids: Collection[int], kinds: Collection[EventKind] | None = None
) -> Mapping[int, frozenset[EventKind]]:
    """By order, of all kinds or of some; of one that nothing has happened to, an empty set."""
    if not order_ids or (kinds is not None and not kinds):
        found: list[Any] = []
    elif kinds is None:
        found = _KINDS.ask(session, orders=order_ids)
    else:
        found = _SOME.ask(session, orders=order_ids, kinds=kinds)
    return _by_order(found)


def _by_order(found: Iterable[tuple[int, str]]) -> Mapping[int, frozenset[EventKind]]:
    kinds: dict[int, set[EventKind]] = defaultdict(set)
    for order_id, kind in found:
        kinds[order_id].add(kind_of(kind))
    return defaultdict(frozenset, {order_id: frozenset(some) for order_id, some in kinds.items()})
