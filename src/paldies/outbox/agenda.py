"""When the outbox wants to be looked at next, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import CompoundSelect, func, literal, select, union_all
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.channels import TRAITS
from paldies.store.schema import messages
from paldies.store.statuses import has_status

_DUE, _AWAITED, _UNANSWERED = "due", "awaited", "unanswered"


@dataclass(frozen=True, slots=True)
class Agenda:
    """The earliest moment of each kind; by channel where it is a channel's."""

    due: Mapping[str, datetime]  # a message wants to be decided about
    awaited: Mapping[str, datetime]  # what became of one wants to be asked
    unanswered: datetime | None  # one that nobody has approved goes back to the policy

    @property
    def first(self) -> datetime | None:
        moments = [*self.due.values(), *self.awaited.values(), self.unanswered]
        return min(filter(None, moments), default=None)

    def due_by(self, now: datetime) -> Iterator[str]:
        """The channels on which something is due."""
        return (channel for channel, at in self.due.items() if at <= now)

    def is_answer_due(self, now: datetime) -> bool:
        return any(at <= now for at in self.awaited.values())

    def is_approval_due(self, now: datetime) -> bool:
        return self.unanswered is not None and self.unanswered <= now


def agenda(session: Session, channels: Sequence[str] = tuple(TRAITS)) -> Agenda:
    """One look into the indexes for each channel, however many messages wait."""
    found: dict[str, dict[str, datetime]] = {_DUE: {}, _AWAITED: {}, _UNANSWERED: {}}
    for row in session.execute(_wanted(tuple(channels))):
        kind, channel, at = row
        if at is not None:
            found[kind][channel] = at
    return Agenda(found[_DUE], found[_AWAITED], found[_UNANSWERED].get(""))


@lru_cache(maxsize=4)
def _wanted(channels: tuple[str, ...]) -> CompoundSelect[str, str, datetime | None]:
    scheduled, held = has_status(MessageStatus.SCHEDULED), has_status(MessageStatus.HELD)
    due = [
        select(literal(_DUE), literal(channel), func.min(messages.c.send_at)).where(
            messages.c.channel == channel, scheduled, messages.c.parked_at.is_(None)
        )
        for channel in channels
    ]
    awaited = [
        select(literal(_AWAITED), literal(channel), func.min(messages.c.look_at)).where(
            messages.c.channel == channel, messages.c.look_at.is_not(None)
        )
        for channel in channels
    ]
    unanswered = select(literal(_UNANSWERED), literal(""), func.min(messages.c.send_at)).where(
        held, messages.c.reason == Reason.APPROVAL.value
    )
    return union_all(*due, *awaited, unanswered)
