"""Channels that send nothing until a person has looked: this survives a restart, unlike a breaker's rest."""

from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from paldies.store.questions import Question
from paldies.store.schema import channel_stops

_WHY = Question(
    select(channel_stops.c.why).where(
        channel_stops.c.channel == bindparam("asked_channel"), channel_stops.c.resumed_at.is_(None)
    )
)


def stop(session: Session, channel: str, why: str, now: datetime) -> bool:
    """Whether it is news; `why` is a sentence for staff."""
    before = session.execute(
        select(channel_stops.c.resumed_at).where(channel_stops.c.channel == channel).with_for_update()
    ).one_or_none()
    values = {"why": why, "stopped_at": now, "resumed_at": None}
    if before is None:
        session.execute(insert(channel_stops).values(channel=channel, **values))
        return True
    if before.resumed_at is None:
        return False
    session.execute(update(channel_stops).where(channel_stops.c.channel == channel).values(values))
    return True


def why_stopped(session: Session, channel: str) -> str:
    """Empty if it may send."""
    found = _WHY.ask(session, asked_channel=channel)
    return str(found[0].why) if found else ""


def stopped(session: Session) -> dict[str, str]:
    """By channel, why it sends nothing."""
    found = session.execute(
        select(channel_stops.c.channel, channel_stops.c.why).where(channel_stops.c.resumed_at.is_(None))
    )
    return {row.channel: row.why for row in found}


def resume_all(session: Session, now: datetime) -> list[str]:
    """The channels that go on; what led to their stop counts no more."""
    return list(
        session.scalars(
            update(channel_stops)
            .where(channel_stops.c.resumed_at.is_(None))
            .values(resumed_at=now)
            .returning(channel_stops.c.channel)
        )
    )


def resumed_at(session: Session, channel: str) -> datetime | None:
    at: datetime | None = session.scalar(
        select(channel_stops.c.resumed_at).where(channel_stops.c.channel == channel)
    )
    return at
