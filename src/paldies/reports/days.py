"""What became of messages day by day, counted so that a page can ask as often as it likes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.campaigns.words import MessageStatus
from paldies.store.schema import delivery_events, feedback, messages
from paldies.store.statuses import has_status

SHOWN = 28  # days, today included
_CLOSED_FOR = timedelta(hours=1)  # a day that is over is counted again after this long
_WAITING_FOR = timedelta(seconds=10)
_LATEST = 500  # answers that are looked through for those of the last days


class Group(NamedTuple):
    campaign: str
    step: str
    channel: str
    status: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the shop's own."""

    on: date
    ended: Mapping[Group, int]
    reported: Mapping[str, int]  # by the word of a delivery event


@dataclass(frozen=True, slots=True)
class Opinion:
    """How it was, in a customer's own words."""

    at: datetime
    rating: int | None
    text: str
    customer_id: int
    order_id: int | None


@dataclass(slots=True)
class Days:
    """Remembers the days that are over: counting 100,000 messages anew takes a fifth of a second."""

    zone: ZoneInfo
    _closed: dict[date, tuple[datetime, Day]] = field(default_factory=dict)
    _waiting: tuple[datetime, Mapping[Group, int]] | None = None

    def shown(self, now: datetime) -> Sequence[date]:
        """The oldest first, today last."""
        today = now.astimezone(self.zone).date()
        return [today - timedelta(days=back) for back in reversed(range(SHOWN))]

    def latest(self, session: Session, now: datetime) -> Sequence[Day]:
        """All that are shown."""
        wanted = self.shown(now)
        self._closed = {on: kept for on, kept in self._closed.items() if on in wanted}
        return [self.day(session, on, now) for on in wanted]

    def waiting(self, session: Session, now: datetime) -> Mapping[Group, int]:
        """What is still to come, and what is held or in doubt."""
        if self._waiting is None or not timedelta(0) <= now - self._waiting[0] < _WAITING_FOR:
            self._waiting = now, _unfinished(session)
        return self._waiting[1]

    def day(self, session: Session, on: date, now: datetime) -> Day:
        counted_at, day = self._closed.get(on, (None, None))
        if day and counted_at and timedelta(0) <= now - counted_at < _CLOSED_FOR:
            return day
        begins, ends = (datetime.combine(edge, time.min, self.zone) for edge in (on, on + timedelta(days=1)))
        day = Day(on, _ended(session, begins, ends), _reported(session, begins, ends))
        if ends <= now:
            self._closed[on] = now, day
        return day


def summed(days: Iterable[Day]) -> Counter[Group]:
    """All of them together."""
    total = Counter[Group]()
    for day in days:
        total.update(day.ended)
    return total


def opinions(session: Session, since: datetime) -> list[Opinion]:
    """What customers have answered since then, the latest first."""
    newest = select(feedback).order_by(feedback.c.id.desc()).limit(_LATEST).subquery()
    wanted = select(newest).where(newest.c.received_at >= since).order_by(newest.c.id.desc())
    return [
        Opinion(row["received_at"], row["rating"], row["text"], row["customer_id"], row["order_id"])
        for row in session.execute(wanted).mappings()
    ]


_GROUPS = messages.c.campaign, messages.c.step, messages.c.channel, messages.c.status


def _ended(session: Session, begins: datetime, ends: datetime) -> Mapping[Group, int]:
    counted = (
        select(*_GROUPS, func.count())
        .where(messages.c.ended_at.is_not(None), messages.c.ended_at >= begins, messages.c.ended_at < ends)
        .group_by(*_GROUPS)
    )
    return {Group(*row[:-1]): row[-1] for row in session.execute(counted)}


def _reported(session: Session, begins: datetime, ends: datetime) -> Mapping[str, int]:
    counted = (
        select(delivery_events.c.kind, func.count())
        .where(delivery_events.c.received_at >= begins, delivery_events.c.received_at < ends)
        .group_by(delivery_events.c.kind)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def _unfinished(session: Session) -> Mapping[Group, int]:
    counted = select(*_GROUPS, func.count()).group_by(*_GROUPS)
    found: Counter[Group] = Counter()
    for which in (
        (has_status(MessageStatus.SCHEDULED) & messages.c.parked_at.is_(None)),
        messages.c.parked_at.is_not(None),
        has_status(MessageStatus.HELD),
        has_status(MessageStatus.UNCONFIRMED),
    ):
        for row in session.execute(counted.where(which)):
            found[Group(*row[:-1])] += row[-1]
    return found
