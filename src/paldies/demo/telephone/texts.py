"""One pretend text message, whose state at any moment follows from the clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from paldies.channels.sms.segments import segments
from paldies.demo.telephone.forms import Form
from paldies.demo.telephone.lines import Arrives, TextLine, Undelivered

_SENT_AFTER = 1.0  # seconds that it waits in the queue


@dataclass(frozen=True)
class PretendText:
    sid: str
    form: Form
    line: TextLine
    placed_at: datetime

    @property
    def to(self) -> str:
        return self.form["To"]

    @property
    def body(self) -> str:
        return self.form["Body"]

    @property
    def segments(self) -> int:
        return segments(self.body).count

    @property
    def sent_at(self) -> datetime | None:
        """None: it never is."""
        if isinstance(self.line, Undelivered) and self.line.is_failed:
            return None
        return self.placed_at + timedelta(seconds=_SENT_AFTER)

    @property
    def settled_at(self) -> datetime | None:
        """None: nobody ever says."""
        match self.line:
            case Arrives(after) | Undelivered(after=after):
                return self.placed_at + timedelta(seconds=max(after, _SENT_AFTER))
        return None

    def status(self, now: datetime) -> str:
        """Twilio's word."""
        if self.settled_at and now >= self.settled_at:
            return self._end
        return "sent" if self.sent_at and now >= self.sent_at else "queued"

    def code(self, now: datetime) -> int | None:
        """Twilio's, of what went wrong."""
        has_gone_wrong = self.status(now) in ("failed", "undelivered")
        return self.line.code if has_gone_wrong and isinstance(self.line, Undelivered) else None

    def changed_at(self, now: datetime) -> datetime:
        moments = (self.placed_at, self.sent_at, self.settled_at)
        return max(moment for moment in moments if moment and moment <= now)

    @property
    def _end(self) -> str:
        if isinstance(self.line, Undelivered):
            return "failed" if self.line.is_failed else "undelivered"
        return "delivered"
