"""The message that a passage comes to next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.reports.local_time import LocalTime
from paldies.store.schema import messages

_TO_COME = (MessageStatus.SCHEDULED.value, MessageStatus.HELD.value)


@dataclass(frozen=True, slots=True)
class Next:
    """`at` (UTC) is when it is looked at; the rules may still keep it back."""

    number: int
    step: str
    channel: str
    at: datetime
    status: MessageStatus
    reason: str
    is_parked: bool

    def told(self, clock: LocalTime, *, release: str) -> str:
        """A sentence; `release` says how a person lets go what is held."""
        what = f"Next: {self.channel} ({self.step})"
        if self.status is MessageStatus.HELD:
            return f"{what}, once {release}"
        if self.is_parked:
            return f"{what}, once this has ended: {Reason[self.reason.upper()].sentence}."
        if self.at <= clock.now:
            return f"{what}, as soon as the rules permit."
        return f"{what} on {clock.say(self.at)}."


def next_after(session: Session, message_id: int) -> Next | None:
    """None if the passage of this message has nothing left to say."""
    passage = select(messages.c.enrolment_id).where(messages.c.id == message_id).scalar_subquery()
    waiting = session.execute(
        select(messages)
        .where(messages.c.enrolment_id == passage, messages.c.status.in_(_TO_COME))
        .order_by(messages.c.send_at, messages.c.id)
        .limit(1)
    )
    row = waiting.mappings().first()
    if row is None:
        return None
    return Next(
        number=row["id"],
        step=row["step"],
        channel=row["channel"],
        at=row["send_at"],
        status=MessageStatus(row["status"]),
        reason=row["reason"],
        is_parked=row["parked_at"] is not None,
    )
