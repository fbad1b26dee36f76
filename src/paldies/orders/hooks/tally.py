"""How the hooks of each shop arrive: when a good one came last, and what was wrong with the others."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from paldies.store.schema import hook_topics

EVERY = ""  # the topic that stands for all of a shop's: who cannot sign is not believed about topics either


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Of one shop. `bad` counts those whose signature was wrong since the last good one."""

    good: dict[str, datetime]  # the last one of each topic
    bad: int = 0
    bad_at: datetime | None = None
    why: str = ""

    @property
    def good_at(self) -> datetime | None:
        return max(self.good.values(), default=None)


def arrivals(session: Session, shop: str) -> Arrivals:
    rows = {row.topic: row for row in session.execute(select(hook_topics).where(hook_topics.c.shop == shop))}
    good = {topic: row.good_at for topic, row in rows.items() if topic and row.good_at}
    of_all = rows.get(EVERY)
    return Arrivals(good, of_all.bad, of_all.bad_at, of_all.why) if of_all else Arrivals(good)


def good(session: Session, came: Collection[tuple[str, str]], now: datetime) -> None:
    """Hooks came whose signature was right, of these shops and topics."""
    for shop, topic in came:
        _set(session, shop, topic, good_at=now)
    for shop in {shop for shop, _ in came}:
        of_all = (hook_topics.c.shop == shop, hook_topics.c.topic == EVERY, hook_topics.c.bad > 0)
        session.execute(update(hook_topics).where(*of_all).values(bad=0))


def bad(session: Session, shop: str, count: int, *, why: str, now: datetime) -> None:
    """So many came whose signature was not."""
    before = session.scalar(
        select(hook_topics.c.bad).where(hook_topics.c.shop == shop, hook_topics.c.topic == EVERY)
    )
    _set(session, shop, EVERY, bad=(before or 0) + count, bad_at=now, why=why)


def _set(session: Session, shop: str, topic: str, **values: object) -> None:
    there = update(hook_topics).where(hook_topics.c.shop == shop, hook_topics.c.topic == topic)
    if not session.connection().execute(there.values(**values)).rowcount:
        new = {"shop": shop, "topic": topic, "bad": 0, "why": "", **values}
        session.execute(insert(hook_topics).values(**new))
