"""What Twilio says of a call, in our words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paldies.campaigns.deliveries import DeliveryKind

_KINDS = {
    "queued": DeliveryKind.QUEUED,
    "ringing": DeliveryKind.RINGING,
    "in-progress": DeliveryKind.RINGING,
    "completed": DeliveryKind.ANSWERED,
    "busy": DeliveryKind.BUSY,
    "no-answer": DeliveryKind.NO_ANSWER,
    "failed": DeliveryKind.FAILED,
    "canceled": DeliveryKind.FAILED,
}


@dataclass(frozen=True, slots=True)
class CallState:
    """One look at a call; instants are UTC and cut to the second, as Twilio gives them."""

    sid: str
    status: str
    answered_by: str  # human, fax, unknown, machine_…; empty: not known, or not yet
    created_at: datetime
    changed_at: datetime | None

    @classmethod
    def of(cls, call: Any) -> "CallState":
        """From the SDK's record."""
        return cls(
            sid=call.sid,
            status=call.status,
            answered_by=call.answered_by or "",
            created_at=call.date_created,
            changed_at=call.end_time or call.date_updated or call.start_time,
        )

    @property
    def kind(self) -> DeliveryKind:
        """A status that Twilio has not had so far counts as on its way."""
        if self.status == "completed" and self.is_machine:
            return DeliveryKind.VOICEMAIL
        return _KINDS.get(self.status, DeliveryKind.RINGING)

    @property
    def is_machine(self) -> bool:
        """ "unknown" counts as a person: most often it is one who says nothing."""
        return self.answered_by == "fax" or self.answered_by.startswith("machine")

    @property
    def may_be_told(self) -> bool:
        """Whether it is a machine that listens now, and not a fax."""
        return self.is_machine and self.answered_by != "fax"
