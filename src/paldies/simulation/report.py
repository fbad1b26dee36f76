"""What a simulation came to, as values that a page, a table and a script can show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from paldies.campaigns.reasons import Reason

_SENTENCES = {reason.value: reason.sentence for reason in Reason}


def sentence_of(reason: str) -> str:
    """Empty where there is no reason."""
    return _SENTENCES.get(reason, "")


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages of one kind; `cost` is in the report's currency."""

    campaign: str
    step: str
    channel: str
    locale: str
    messages: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Silence:
    """Messages that never left, or left in vain, for one reason."""

    campaign: str
    step: str
    channel: str
    status: str
    reason: str
    sentence: str
    messages: int


@dataclass(frozen=True, slots=True)
class PutOff:
    """Messages that waited for one reason, and how often; most of them left in the end."""

    channel: str
    reason: str
    sentence: str
    messages: int
    times: int
    left: int  # how many left all the same


@dataclass(frozen=True, slots=True)
class StayedOut:
    """Orders that never entered a campaign, were stopped in it, or share another's passage."""

    campaign: str
    state: str
    reason: str
    sentence: str
    orders: int


@dataclass(frozen=True, slots=True)
class BusyHour:
    """`capacity` is what the channel's rate allows in an hour."""

    channel: str
    begins_at: datetime
    messages: int
    capacity: float

    @property
    def share(self) -> float:
        return self.messages / self.capacity


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the shop's, by channel."""

    on: date
    messages: dict[str, int]
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Weekday:
    """An average Monday, and so on; 0 is Monday."""

    number: int
    messages: float
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Extreme:
    """Where one customer fared worst: so many messages, or so many days, between two moments."""

    customer: str
    order: str
    began_at: datetime
    ended_at: datetime
    messages: int

    @property
    def days(self) -> float:
        return (self.ended_at - self.began_at).total_seconds() / 86400


@dataclass(frozen=True, slots=True)
class Report:
    """Instants are UTC, days are the shop's own."""

    began_at: datetime
    ended_at: datetime
    time_zone: str
    look_every_seconds: float
    orders: int
    customers: int
    customers_written_to: int
    currency: str
    bounce_rate: float
    no_answer_rate: float
    rates_from: str
    seed: int
    sent: Sequence[Sent]
    silences: Sequence[Silence]
    in_vain: Sequence[Silence]
    put_off: Sequence[PutOff]
    stayed_out: Sequence[StayedOut]
    busiest_hours: Sequence[BusyHour]
    hours: dict[str, list[int]]  # messages in each of a day's 24 hours, in the shop's zone, by channel
    days: Sequence[Day]
    weekdays: Sequence[Weekday]
    longest_silence: Extreme | None
    most_crowded_week: Extreme | None

    @property
    def messages(self) -> int:
        return sum(one.messages for one in self.sent)

    @property
    def cost(self) -> Decimal:
        return sum((one.cost for one in self.sent), Decimal(0))
