"""How far each shop was read, and since when it cannot be."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from paldies.orders.history import History
from paldies.store.schema import cursors


@dataclass(frozen=True, slots=True)
class Progress:
    """A shop's row. `cursor` is the shop's own."""

    cursor: dict[str, Any]
    history: History
    rescanned_on: date | None


def progress_of(session: Session, shop: str) -> Progress | None:
    row = session.execute(select(cursors).where(cursors.c.shop == shop)).one_or_none()
    if row is None:
        return None
    history = History(row.first_poll_at, is_first_poll=row.last_good_at is None, known_until=row.last_good_at)
    return Progress(row.cursor, history, row.rescanned_on)


def begin(session: Session, shop: str, *, now: datetime, today: date) -> Progress:
    """The first time: what lies before this moment becomes history."""
    session.execute(
        insert(cursors).values(shop=shop, cursor={}, first_poll_at=now, error="", rescanned_on=today)
    )
    return Progress({}, History(now, is_first_poll=True), today)


def advance(session: Session, shop: str, cursor: dict[str, Any]) -> None:
    session.execute(update(cursors).where(cursors.c.shop == shop).values(cursor=cursor))


def succeed(session: Session, shop: str, *, now: datetime) -> None:
    """A whole poll went well."""
    session.execute(
        update(cursors).where(cursors.c.shop == shop).values(last_good_at=now, failing_since=None, error="")
    )


def fail(session: Session, shop: str, why: str, *, now: datetime) -> None:
    session.execute(
        update(cursors)
        .where(cursors.c.shop == shop)
        .values(failing_since=func.coalesce(cursors.c.failing_since, now), error=why)
    )


def rescanned(session: Session, shop: str, today: date) -> None:
    session.execute(update(cursors).where(cursors.c.shop == shop).values(rescanned_on=today))
