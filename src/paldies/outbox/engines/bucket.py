"""A channel's rate, held by all processes together: one row, moved on by whoever takes from it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from paldies.store.in_turn import Step
from paldies.store.prepared import Prepared
from paldies.store.questions import Question
from paldies.store.schema import buckets

LATE = 1.0  # seconds of waiting that count: whoever waits looks more often than that
IDLE = 0.05  # seconds that count where nobody was waiting: what nobody wanted is not saved up for a burst

_ROW = Question(
    select(buckets.c.tokens, buckets.c.filled_at, buckets.c.is_awaited)
    .where(buckets.c.channel == bindparam("channel"))
    .with_for_update()
)
_CLOCK = Question(select(func.clock_timestamp(type_=buckets.c.filled_at.type).label("now")))
_CLOSE = Prepared(
    update(buckets)
    .where(buckets.c.channel == bindparam("bucket"))
    .values(
        tokens=bindparam("new_tokens"),
        filled_at=bindparam("new_filled_at"),
        is_awaited=bindparam("new_is_awaited"),
    )
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is in a bucket while it is ours. One begun token is kept beside those that the time brings."""

    exact: float
    at: datetime

    @property
    def whole(self) -> int:
        return int(self.exact)


def open_bucket(session: Session, channel: str, per_second: float) -> Tokens:
    """Locks it until the transaction ends: its takers come one after the other.

    By the database's clock, as machines disagree by more than a token is worth.
    """
    row = next(iter(_ROW.ask(session, channel=channel)), None)
    at: datetime = _CLOCK.ask(session)[0].now  # now that it is ours
    if row is None:
        first = {"channel": channel, "tokens": 1.0, "filled_at": at, "is_awaited": False}
        session.execute(insert(buckets).values(first).on_conflict_do_nothing())
        return open_bucket(session, channel, per_second)
    passed = max(0.0, (at - row.filled_at).total_seconds())
    holds = 1.0 + per_second * (LATE if row.is_awaited else IDLE)
    return Tokens(min(holds, row.tokens + passed * per_second), at)


def close_bucket(channel: str, tokens: Tokens, *, taken: int, is_awaited: bool) -> Step:
    """To be run `in_turn`, in the same transaction; `is_awaited`: more was wanted than there was."""
    closed = {
        "bucket": channel,
        "new_tokens": tokens.exact - taken,
        "new_filled_at": tokens.at,
        "new_is_awaited": is_awaited,
    }
    return _CLOSE, [closed]


def pour_back(session: Session, channel: str, unused: int) -> None:
    session.execute(
        update(buckets).where(buckets.c.channel == channel).values(tokens=buckets.c.tokens + unused)
    )
