"""How the house stands at this moment, in numbers for a machine; the size of the database costs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from paldies.campaigns.words import MessageStatus
from paldies.reports.standstills import COUNTED_TO, Standstills, read_standstills
from paldies.store.schema import (
    cases,
    cursors,
    hook_topics,
    instance,
    message_counts,
    messages,
    staff_tasks,
)
from paldies.store.statuses import has_status


@dataclass(frozen=True, slots=True)
class Ended:
    campaign: str
    channel: str
    outcome: str
    reason: str
    messages: int


@dataclass(frozen=True, slots=True)
class Queue:
    """What should have left a channel by now."""

    channel: str
    due: int
    lateness: float  # seconds, of what has waited longest
    is_stopped: bool  # by a person or by what was reported, until a person says so


@dataclass(frozen=True, slots=True)
class ShopPulse:
    name: str
    last_good_poll: datetime | None
    last_good_hook: datetime | None
    is_failing: bool


@dataclass(frozen=True, slots=True)
class Gauges:
    heartbeat_at: datetime | None
    is_paused: bool
    is_fenced: bool
    ended: Sequence[Ended]
    queues: Sequence[Queue]
    doubts: int
    held: int
    parked: int
    cases: int
    untaken_cases: int
    oldest_case: float  # seconds
    tasks: int
    overdue_tasks: int
    shops: Sequence[ShopPulse]
    standstills: Standstills


def read_gauges(session: Session, channels: Sequence[str], now: datetime) -> Gauges:
    house = session.execute(select(instance.c.heartbeat_at, instance.c.paused_at, instance.c.fence)).first()
    standstills = read_standstills(session)
    oldest = session.scalar(select(func.min(cases.c.opened_at)).where(_IS_OPEN))
    return Gauges(
        heartbeat_at=house.heartbeat_at if house else None,
        is_paused=bool(house and house.paused_at),
        is_fenced=bool(house and house.fence),
        ended=[Ended(*row) for row in session.execute(_ENDED)],
        queues=_queues(session, channels, standstills.channels, now=now),
        doubts=_count(session, messages.c.id, has_status(MessageStatus.UNCONFIRMED)),
        held=_count(session, messages.c.id, has_status(MessageStatus.HELD)),
        parked=_count(session, messages.c.id, messages.c.parked_at.is_not(None)),
        cases=_count(session, cases.c.id, _IS_OPEN),
        untaken_cases=_count(session, cases.c.id, _IS_OPEN, cases.c.taken_at.is_(None)),
        oldest_case=(now - oldest).total_seconds() if oldest else 0.0,
        tasks=_count(session, staff_tasks.c.id, staff_tasks.c.done_at.is_(None)),
        overdue_tasks=_count(
            session, staff_tasks.c.id, staff_tasks.c.done_at.is_(None), staff_tasks.c.due_at < now
        ),
        shops=_shops(session),
        standstills=standstills,
    )


def _queues(
    session: Session, channels: Sequence[str], stopped: Sequence[str], *, now: datetime
) -> list[Queue]:
    queues = []
    for channel in channels:
        is_due = (
            has_status(MessageStatus.SCHEDULED),
            messages.c.parked_at.is_(None),
            messages.c.channel == channel,
            messages.c.send_at <= now,
        )
        first = session.scalar(
            select(messages.c.send_at).where(*is_due).order_by(messages.c.send_at).limit(1)
        )
        late = (now - first).total_seconds() if first else 0.0
        queues.append(Queue(channel, _count(session, messages.c.id, *is_due), late, channel in stopped))
    return queues


def _shops(session: Session) -> list[ShopPulse]:
    polls = {row.shop: row for row in session.execute(select(cursors))}
    pushed = select(hook_topics.c.shop, func.max(hook_topics.c.good_at)).group_by(hook_topics.c.shop)
    hooks: dict[str, datetime | None] = {shop: good_at for shop, good_at in session.execute(pushed)}
    return [
        ShopPulse(
            name,
            polls[name].last_good_at if name in polls else None,
            hooks.get(name),
            name in polls and polls[name].failing_since is not None,
        )
        for name in sorted({*polls, *hooks})
    ]


def _count(session: Session, column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> int:
    """Up to COUNTED_TO, as a count reads every row of its index."""
    some = select(literal(1)).select_from(column.table).where(*conditions).limit(COUNTED_TO).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


_IS_OPEN = cases.c.closed_at.is_(None)
_ENDED = select(
    message_counts.c.campaign,
    message_counts.c.channel,
    message_counts.c.outcome,
    message_counts.c.reason,
    message_counts.c.messages,
).order_by(message_counts.c.campaign, message_counts.c.channel, message_counts.c.outcome)
