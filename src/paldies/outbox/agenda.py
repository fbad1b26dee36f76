"""When the outbox wants to be looked at next."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import CompoundSelect, func, select, union_all
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.channels import TRAITS
from paldies.store.schema import messages
from paldies.store.statuses import has_status


def next_look(session: Session, channels: Sequence[str] = tuple(TRAITS)) -> datetime | None:
    """One look into the indexes for each channel, however many messages wait."""
    return min(filter(None, session.scalars(_wanted(tuple(channels)))), default=None)


@lru_cache(maxsize=4)
def _wanted(channels: tuple[str, ...]) -> CompoundSelect[datetime | None]:
    """What wants to be decided about or asked after, and what nobody has approved in time."""
    scheduled, held = has_status(MessageStatus.SCHEDULED), has_status(MessageStatus.HELD)
    due = [
        select(func.min(messages.c.send_at)).where(
            messages.c.channel == channel, scheduled, messages.c.parked_at.is_(None)
        )
        for channel in channels
    ]
    awaited = [
        select(func.min(messages.c.look_at)).where(
            messages.c.channel == channel, messages.c.look_at.is_not(None)
        )
        for channel in channels
    ]
    unanswered = select(func.min(messages.c.send_at)).where(held, messages.c.reason == Reason.APPROVAL.value)
    return union_all(*due, *awaited, unanswered)
