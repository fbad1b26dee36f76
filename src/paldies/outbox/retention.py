"""Forgets what need not be kept for ever: the texts that were sent, and what was reported of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, true
from sqlalchemy.orm import Session

from paldies.outbox.blast import BLAST_MEMORY
from paldies.store.schema import attempts, delivery_events, sending_hours

CHUNK = 300  # rows in one transaction: under 50 ms on SQLite
A_ROUND = timedelta(hours=1)  # the most of the past that one round forgets

_WITH_TEXT = attempts.c.content.is_not(None)
_OLD_TEXTS = (
    select(*(column for column in attempts.c if column is not attempts.c.content))
    .where(_WITH_TEXT, attempts.c.started_at < bindparam("before"))
    .order_by(attempts.c.started_at)
    .limit(CHUNK)
    .with_for_update()
)
_OLD_REPORTS = (
    select(delivery_events.c.id)
    .where(delivery_events.c.received_at < bindparam("before"))
    .order_by(delivery_events.c.received_at)
    .limit(CHUNK)
)


@dataclass(frozen=True, slots=True)
class Horizon:
    """What is older is forgotten in one round."""

    texts: datetime
    reports: datetime
    hours: datetime


def horizon(session: Session, now: datetime, *, keep: timedelta) -> Horizon:
    """An hour's worth beyond what was forgotten before, and nothing younger than `keep`.

    The clock alone is no reason to forget a year: one that is far ahead for an hour of real time, which is
    six rounds, costs the texts of six hours. A house that was shut has caught up in a sixth of that time.
    """
    before = now - keep
    return Horizon(
        texts=_reach(session, attempts.c.started_at, before, _WITH_TEXT),
        reports=_reach(session, delivery_events.c.received_at, before),
        hours=_reach(session, sending_hours.c.hour, now - 2 * BLAST_MEMORY),
    )


def forget_some(session: Session, horizon: Horizon) -> bool:
    """True if there may be more. That a message was sent, when and to whom, is never forgotten.

    Nor is anything that keeps it from being sent again.
    """
    texts = _take_texts_out(session, horizon.texts)
    reports = session.connection().execute(
        delete(delivery_events).where(delivery_events.c.id.in_(_OLD_REPORTS)), {"before": horizon.reports}
    )
    session.execute(delete(sending_hours).where(sending_hours.c.hour < horizon.hours))
    return CHUNK in (texts, reports.rowcount)


def _reach(
    session: Session, at: ColumnElement[datetime], before: datetime, of: ColumnElement[bool] | None = None
) -> datetime:
    oldest = session.scalar(select(func.min(at)).where(true() if of is None else of))
    return min(before, oldest + A_ROUND) if oldest else before


def _take_texts_out(session: Session, before: datetime) -> int:
    """Writes the rows anew: SQLite leaves the pages of rows that merely shrink as empty as they became."""
    rows = [dict(row) for row in session.execute(_OLD_TEXTS, {"before": before}).mappings()]
    if rows:
        session.execute(delete(attempts).where(attempts.c.id.in_([row["id"] for row in rows])))
        session.connection().execute(insert(attempts), rows)
    return len(rows)
