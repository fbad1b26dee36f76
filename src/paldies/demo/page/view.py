"""What lies before the visitor; all of it grows while they look."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from paldies.clock import Clock
from paldies.demo.chronicle.chronicle import Chronicle
from paldies.demo.story.month import BEGINS, ENDS
from paldies.demo.story.places import HOME
from paldies.demo.telephone.calls import PretendCall
from paldies.demo.telephone.company import Company
from paldies.demo.world.mail_server import Mail, MailServer


@dataclass(slots=True)
class View:
    chronicle: Chronicle
    server: MailServer
    company: Company
    clock: Clock
    is_over: bool = False

    def letter(self, message_id: str) -> Mail | None:
        return next((mail for mail in reversed(self.server.mails) if mail.id == message_id), None)

    def call(self, sid: str) -> PretendCall | None:
        return next((call for call in self.company.calls if call.sid == sid), None)

    def duration(self, sid: str) -> int:
        """How many seconds somebody, or a machine, was on the line; 0: nobody."""
        call = self.call(sid)
        return round((call.over_at - call.answered_at).total_seconds()) if call and call.answered_at else 0

    def key(self, sid: str) -> str:
        """What was pressed during a call; empty: nothing."""
        call = self.call(sid)
        return call.key if call and call.pressed_at else ""

    @property
    def share(self) -> float:
        """How much of the month is over, 0 to 1."""
        return min(1.0, max(0.0, (self.clock.now() - BEGINS) / (ENDS - BEGINS)))

    @property
    def days(self) -> int:
        return (ENDS - BEGINS) // timedelta(days=1)


def day_and_time(at: datetime) -> str:
    local = at.astimezone(HOME)
    return f"{local:%a} {local.day} {local:%b %H:%M}"
