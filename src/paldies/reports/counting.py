"""Counts how messages have ended, a bounded piece at a time, so that nobody has to count them all."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.orm import Session

from paldies.clock import Clock
from paldies.store.database import Database
from paldies.store.schema import instance, messages

CHUNK = 2000  # endings in one transaction: under 50 ms on SQLite
_AT_ONCE = 50  # transactions in one round
SETTLED = timedelta(minutes=1)  # an ending is dated before it is committed; by then it is

_ENDED = messages.c.ended_at
_AT = messages.c.ended_at.type
_PIECE = (
    select(_ENDED)
    .where(_ENDED > bindparam("since", type_=_AT), _ENDED <= bindparam("until", type_=_AT))
    .order_by(_ENDED)
    .offset(bindparam("but_one"))
    .limit(1)
)
_GROUPS = (messages.c.campaign, messages.c.channel, messages.c.status, messages.c.reason)
_COUNTED = (
    select(*_GROUPS, func.count().label("more"))
    .where(_ENDED > bindparam("since", type_=_AT), _ENDED <= bindparam("until", type_=_AT))
    .group_by(*_GROUPS)
)
_ADD = text(
    "INSERT INTO message_counts (campaign, channel, outcome, reason, messages)"
    " VALUES (:campaign, :channel, :status, :reason, :more)"
    " ON CONFLICT (campaign, channel, outcome, reason)"
    " DO UPDATE SET messages = message_counts.messages + excluded.messages"
)
_BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


async def count_endings(database: Database, clock: Clock) -> None:
    """What has ended since the last time, as far as one round goes: after an upgrade there is much."""
    for _ in range(_AT_ONCE):
        if not await database.run(count_some, clock.now()):
            return


def count_some(session: Session, now: datetime, *, chunk: int = CHUNK) -> bool:
    """Adds what has ended since the last time; True if there may be more.

    What ends, is tried again by a person and ends once more has ended twice.
    """
    since = session.scalar(select(instance.c.counted_until)) or _BEGINNING
    until = now - SETTLED
    if until <= since:
        return False
    piece = session.scalar(_PIECE, {"since": since, "until": until, "but_one": chunk - 1})
    rows = session.execute(_COUNTED, {"since": since, "until": piece or until}).mappings().all()
    if rows:
        session.connection().execute(_ADD, [dict(row) for row in rows])
    session.execute(update(instance).values(counted_until=piece or until))
    return piece is not None
