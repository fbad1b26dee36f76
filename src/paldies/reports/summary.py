"""What happened in a span of time, in a few lines for staff."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.reports.open_questions import open_questions
from paldies.store.schema import cursors, messages, order_events


@dataclass(frozen=True, slots=True)
class Line:
    """How many legs of one step ended in one way."""

    campaign: str
    step: str
    channel: str
    outcome: str  # a status
    reason: str
    count: int


def by_step(session: Session) -> list[Line]:
    """Everything so far, by campaign, step, channel and outcome."""
    groups = (messages.c.campaign, messages.c.step, messages.c.channel, messages.c.status, messages.c.reason)
    rows = session.execute(select(*groups, func.count()).group_by(*groups).order_by(*groups))
    return [Line(*row) for row in rows]


def daily(session: Session, since: datetime, now: datetime) -> str:
    """The last day for staff: what went, what did not and why, what waits for a person."""
    ended = session.execute(
        select(messages.c.status, messages.c.reason, func.count())
        .where(messages.c.ended_at >= since, messages.c.ended_at < now)
        .group_by(messages.c.status, messages.c.reason)
    )
    outcomes = Counter[tuple[str, str]]()
    for status, reason, count in ended:
        outcomes[status, reason] += count
    events = session.scalar(
        select(func.count()).select_from(order_events).where(order_events.c.first_seen_at >= since)
    )
    lines = [f"Since {since:%Y-%m-%d %H:%M} UTC: {events} order events."]
    lines.append(f"Sent: {sum(count for (status, _), count in outcomes.items() if status == 'sent')}")
    lines += [
        f"{status.capitalize()}: {count} – {Reason[reason.upper()].sentence}"
        if reason
        else f"{status.capitalize()}: {count}"
        for (status, reason), count in sorted(outcomes.items())
        if status != MessageStatus.SENT
    ]
    lines += open_questions(session, since)
    lines += [
        f"The shop {row.shop} cannot be read since {row.failing_since:%Y-%m-%d %H:%M} UTC: {row.error}"
        for row in session.execute(select(cursors).where(cursors.c.failing_since.is_not(None)))
    ]
    return "\n".join(lines) + "\n"
