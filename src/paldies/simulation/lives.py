"""How a simulation was for the customers: one pass over all that left, one customer at a time."""

import sqlite3
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from paldies.simulation.report import Extreme

_WEEK = timedelta(days=7)
# in the order of an index, so that nothing is sorted
_WHAT_LEFT = """
SELECT messages.customer_id, customers.email, coalesce(orders.number, ''), coalesce(orders.placed_at, ''),
       messages.channel, messages.claimed_at, attempts.cost
  FROM messages
  JOIN customers ON customers.id = messages.customer_id
  JOIN enrolments ON enrolments.id = messages.enrolment_id
  LEFT JOIN orders ON orders.id = enrolments.order_id
  LEFT JOIN attempts ON attempts.claim_id = messages.claim_id
 WHERE messages.sent_at IS NOT NULL
 ORDER BY messages.customer_id, messages.claimed_at
"""


class Contact(NamedTuple):
    """One message that reached the wire."""

    customer_id: int
    customer: str
    order: str
    placed_at: datetime | None
    channel: str
    at: datetime
    cost: Decimal


@dataclass(slots=True)
class Lives:
    """Sums that stay small however many messages there were: an entry for each hour, at most."""

    zone: ZoneInfo
    customers: int = 0
    by_hour: Counter[tuple[str, datetime]] = field(default_factory=Counter)  # channel and begin, UTC
    by_day: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    cost_of_day: dict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    hours: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 24))
    longest_silence: Extreme | None = None
    most_crowded_week: Extreme | None = None

    def live(self, contacts: list[Contact]) -> None:
        """All of one customer, in their order."""
        self.customers += 1
        for contact in contacts:
            here = contact.at.astimezone(self.zone)
            self.by_hour[contact.channel, contact.at.replace(minute=0, second=0, microsecond=0)] += 1
            self.by_day[here.date()][contact.channel] += 1
            self.cost_of_day[here.date()] += contact.cost
            self.hours[contact.channel][here.hour] += 1
        self._note_silence(contacts)
        self._note_crowd(contacts)

    def _note_silence(self, contacts: list[Contact]) -> None:
        """About one order, from its first hour to the last that is heard of it."""
        heard: dict[str, datetime] = {}
        for contact in contacts:
            since = heard.get(contact.order) or contact.placed_at or contact.at
            if not self.longest_silence or contact.at - since >= _length(self.longest_silence):
                silence = Extreme(contact.customer, contact.order, since, contact.at, 2)
                self.longest_silence = _worse(self.longest_silence, silence, by=_length)
            heard[contact.order] = contact.at

    def _note_crowd(self, contacts: list[Contact]) -> None:
        week: deque[Contact] = deque()
        for contact in contacts:
            week.append(contact)
            while contact.at - week[0].at > _WEEK:
                week.popleft()
            if not self.most_crowded_week or len(week) >= self.most_crowded_week.messages:
                crowd = Extreme(contact.customer, contact.order, week[0].at, contact.at, len(week))
                self.most_crowded_week = _worse(self.most_crowded_week, crowd, by=attrgetter("messages"))


def read_lives(database: sqlite3.Connection, zone: ZoneInfo) -> Lives:
    lives = Lives(zone)
    for _, contacts in groupby(_contacts(database), key=attrgetter("customer_id")):
        lives.live(list(contacts))
    return lives


def _contacts(database: sqlite3.Connection) -> Iterator[Contact]:
    for customer_id, email, order, placed, channel, at, cost in database.execute(_WHAT_LEFT):
        placed_at = moment(placed) if placed else None
        yield Contact(customer_id, email, order, placed_at, channel, moment(at), Decimal(str(cost or 0)))


def moment(written: str) -> datetime:
    """As SQLite has it."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def _worse(so_far: Extreme | None, other: Extreme, *, by: Callable[[Extreme], Any]) -> Extreme:
    """Of two that are as bad the earlier: it must not matter whose is read first."""
    both = [extreme for extreme in (so_far, other) if extreme]
    worst = max(map(by, both))
    ends = [extreme for extreme in both if by(extreme) == worst]
    return min(ends, key=attrgetter("began_at", "customer", "order", "ended_at"))


def _length(extreme: Extreme) -> timedelta:
    return extreme.ended_at - extreme.began_at
