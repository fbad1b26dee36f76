"""Pausing one campaign: what is due waits without an end, and goes on when a person says so."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.outbox.parking import unpark
from paldies.store.schema import campaigns, messages


def pause(session: Session, campaign: str, now: datetime) -> bool:
    """False if it is paused already. New orders still enter; the policy parks what falls due."""
    paused = session.scalars(
        update(campaigns)
        .where(campaigns.c.name == campaign, campaigns.c.paused_at.is_(None))
        .values(paused_at=now)
        .returning(campaigns.c.name)
    )
    return paused.first() is not None


def resume(session: Session, campaign: str) -> int | None:
    """How many messages were waiting for it; None if it was not paused."""
    state = session.execute(
        select(campaigns.c.paused_at).where(campaigns.c.name == campaign).with_for_update()
    ).one_or_none()
    if state is None or state.paused_at is None:
        return None
    session.execute(update(campaigns).where(campaigns.c.name == campaign).values(paused_at=None))
    return unpark(session, Reason.PAUSED, messages.c.campaign == campaign)
