"""The blast breaker's count: how much of what was seen late may still leave."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.store.schema import messages, sending_hours

BLAST_WINDOW = timedelta(hours=1)
BLAST_MEMORY = timedelta(days=28)
SMALLEST_BLAST = 50  # late-seen messages: so many leave in any hour


def blast_room(session: Session, campaign: str, now: datetime) -> int:
    """How many late-seen messages of a campaign may still leave in this rolling hour."""
    went = session.scalar(
        select(func.count())
        .select_from(messages)
        .where(messages.c.campaign == campaign, messages.c.is_late_seen)
        .where(messages.c.claimed_at > now - BLAST_WINDOW)
    )
    busiest = session.scalar(
        select(func.max(sending_hours.c.messages)).where(sending_hours.c.hour >= now - BLAST_MEMORY)
    )
    return max(SMALLEST_BLAST, 5 * (busiest or 0)) - (went or 0)
