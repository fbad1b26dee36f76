"""Who at the shop answers a complaint, until when, and who is told if nobody does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from paldies.campaigns.office_hours import OfficeHours


@dataclass(frozen=True, slots=True)
class Promise:
    """What a customer is told who has complained; `person` is empty where nobody is named."""

    person: str
    by: datetime


@dataclass(frozen=True, slots=True)
class Colleague:
    name: str
    address: str  # as a mail's To takes it

    @classmethod
    def read(cls, text: str) -> "Colleague":
        """`Anna <anna@example.com>`, or the address alone. Raises ValueError."""
        name, address = parseaddr(text)
        if not address.rpartition("@")[0] or address.endswith("@"):
            raise ValueError(f'"{text}" is not somebody to write to: write "Anna <anna@example.com>"')
        return cls(name, address)


@dataclass(frozen=True, slots=True)
class Duty:
    """`on_duty` are told one after the other, then everybody; the first one's name is what customers hear."""

    hours: OfficeHours
    on_duty: tuple[Colleague, ...] = ()
    staff: str = ""  # where everybody is told; may be empty
    signs: Callable[[], str] = str  # whose name customers hear if nobody is on duty; empty if nobody's
    answer_within: timedelta = timedelta(hours=4)  # of the shop's hours
    escalate_after: timedelta = timedelta(hours=2)  # of the shop's hours

    @property
    def zone(self) -> ZoneInfo:
        """The shop's own."""
        return ZoneInfo(self.hours.zone)

    def promise(self, now: datetime) -> Promise:
        named = next((colleague.name for colleague in self.on_duty if colleague.name), None)
        return Promise(
            named or self.signs(), self.hours.after(now, self.answer_within) or now + self.answer_within
        )

    def to_tell(self, times_told: int) -> tuple[str, ...]:
        """The addresses to write to when somebody has been told so many times already."""
        if times_told < len(self.on_duty):
            return (self.on_duty[times_told].address,)
        everybody = [colleague.address for colleague in self.on_duty] + [self.staff]
        return tuple(dict.fromkeys(filter(None, everybody)))

    def tell_next_at(self, now: datetime) -> datetime:
        return self.hours.after(now, self.escalate_after) or now + self.escalate_after
