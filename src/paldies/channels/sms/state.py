"""What Twilio says of a text message, in our words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from paldies.campaigns.deliveries import DeliveryKind

_KINDS = {
    "accepted": DeliveryKind.QUEUED,
    "scheduled": DeliveryKind.QUEUED,
    "queued": DeliveryKind.QUEUED,
    "sending": DeliveryKind.QUEUED,
    "sent": DeliveryKind.PASSED_ON,
    "delivered": DeliveryKind.DELIVERED,
    "partially_delivered": DeliveryKind.DELIVERED,
    "read": DeliveryKind.DELIVERED,
    "undelivered": DeliveryKind.BOUNCED,
    "failed": DeliveryKind.FAILED,
    "canceled": DeliveryKind.FAILED,
}
_FIRST_GAP = timedelta(seconds=10)
_LONGEST_GAP = timedelta(hours=4)
_NEWS_UNTIL = timedelta(days=1)  # many networks never say that a message has arrived


@dataclass(frozen=True, slots=True)
class SmsState:
    """One look at a text message; instants are UTC and cut to the second, as Twilio gives them."""

    sid: str
    status: str
    code: int  # Twilio's, of what went wrong; 0: nothing
    body: str
    created_at: datetime
    changed_at: datetime | None

    @classmethod
    def of(cls, message: Any) -> "SmsState":
        """From the SDK's record."""
        return cls(
            sid=message.sid,
            status=message.status,
            code=message.error_code or 0,
            body=message.body or "",
            created_at=message.date_created,
            changed_at=message.date_updated or message.date_sent,
        )

    @property
    def kind(self) -> DeliveryKind:
        """A status that Twilio has not had so far counts as on its way."""
        return _KINDS.get(self.status, DeliveryKind.QUEUED)

    def ask_after(self, now: datetime) -> timedelta | None:
        """Each gap is half of the message's age; None after a day."""
        age = now - self.created_at
        if self.kind.is_final or age >= _NEWS_UNTIL:
            return None
        return min(_LONGEST_GAP, max(_FIRST_GAP, age / 2))
