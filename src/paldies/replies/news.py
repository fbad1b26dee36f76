"""What customers tell about an order happens to it as well, so that campaigns may follow."""

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.store.schema import order_events


def told_once(session: Session, order_id: int | None, kind: EventKind, *, now: datetime) -> None:
    """However often a customer says it."""
    if order_id is not None and not _so_far(session, order_id, kind):
        _happened(session, order_id, kind, ordinal=1, now=now)


def told_anew(session: Session, order_id: int | None, kind: EventKind, *, now: datetime) -> None:
    """To be called with the customer locked: two of one ordinal cannot be."""
    if order_id is not None:
        _happened(session, order_id, kind, ordinal=_so_far(session, order_id, kind) + 1, now=now)


def _so_far(session: Session, order_id: int, kind: EventKind) -> int:
    of_these = (order_events.c.order_id == order_id, order_events.c.kind == kind.value)
    return session.scalar(select(func.max(order_events.c.ordinal)).where(*of_these)) or 0


def _happened(session: Session, order_id: int, kind: EventKind, *, ordinal: int, now: datetime) -> None:
    session.execute(
        insert(order_events).values(
            order_id=order_id,
            kind=kind.value,
            ordinal=ordinal,
            happened_at=now,
            first_seen_at=now,
            is_history=False,
            amount=0,
        )
    )
