"""Forgets what need not be kept for ever: the texts that were sent, and what was reported of them."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from paldies.outbox.evidence import BLAST_MEMORY
from paldies.store.schema import attempts, delivery_events, sending_hours

CHUNK = 300  # rows in one transaction: under 50 ms on SQLite

_OLD_TEXTS = (
    select(*(column for column in attempts.c if column is not attempts.c.content))
    .where(attempts.c.content.is_not(None), attempts.c.started_at < bindparam("before"))
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


def forget_some(session: Session, now: datetime, *, keep: timedelta) -> bool:
    """True if there may be more. That a message was sent, when and to whom, is never forgotten.

    Nor is anything that keeps it from being sent again.
    """
    texts = _take_texts_out(session, now - keep)
    reports = session.connection().execute(
        delete(delivery_events).where(delivery_events.c.id.in_(_OLD_REPORTS)), {"before": now - keep}
    )
    session.execute(delete(sending_hours).where(sending_hours.c.hour < now - 2 * BLAST_MEMORY))
    return CHUNK in (texts, reports.rowcount)


def _take_texts_out(session: Session, before: datetime) -> int:
    """Writes the rows anew: SQLite leaves the pages of rows that merely shrink as empty as they became."""
    rows = [dict(row) for row in session.execute(_OLD_TEXTS, {"before": before}).mappings()]
    if rows:
        session.execute(delete(attempts).where(attempts.c.id.in_([row["id"] for row in rows])))
        session.connection().execute(insert(attempts), rows)
    return len(rows)
