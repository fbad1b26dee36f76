"""A channel's rate, held by all processes together: one row, moved on by whoever takes from it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from paldies.store.schema import buckets

LATE = 1.0  # seconds of waiting that count: whoever waits looks more often than that
IDLE = 0.05  # seconds that count where nobody was waiting: what nobody wanted is not saved up for a burst

_ROW = select(buckets.c.tokens, buckets.c.filled_at, buckets.c.is_awaited)
_CLOCK = text("SELECT clock_timestamp()")


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
    row = session.execute(_ROW.where(buckets.c.channel == channel).with_for_update()).one_or_none()
    at: datetime = session.execute(_CLOCK).scalar_one()  # now that it is ours
    if row is None:
        first = {"channel": channel, "tokens": 1.0, "filled_at": at, "is_awaited": False}
        session.execute(insert(buckets).values(first).on_conflict_do_nothing())
        return open_bucket(session, channel, per_second)
    passed = max(0.0, (at - row.filled_at).total_seconds())
    holds = 1.0 + per_second * (LATE if row.is_awaited else IDLE)
    return Tokens(min(holds, row.tokens + passed * per_second), at)


def close_bucket(session: Session, channel: str, tokens: Tokens, *, taken: int, is_awaited: bool) -> None:
    """`is_awaited`: more was wanted than there was."""
    session.execute(
        update(buckets)
        .where(buckets.c.channel == channel)
        .values(tokens=tokens.exact - taken, filled_at=tokens.at, is_awaited=is_awaited)
    )


def pour_back(session: Session, channel: str, unused: int) -> None:
    session.execute(
        update(buckets).where(buckets.c.channel == channel).values(tokens=buckets.c.tokens + unused)
    )
