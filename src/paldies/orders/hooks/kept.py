"""The hooks that have come: kept as they were for 30 days, and known again for as long."""

import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from paldies.orders.hooks.reading import Read
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import hook_keys, hooks

KEPT_FOR = timedelta(days=30)
MOST_KEPT = 200_000  # payloads: under half a gigabyte of the usual 2 KB, whatever a shop pushes
_CHUNK = 500  # rows in one transaction
_ASKED = 20  # payloads read at once: some have megabytes
_KNOWN = Question(select(hook_keys.c.key).where(among(hook_keys.c.key, "keys")))


def known(session: Session, keys: Collection[str]) -> set[str]:
    """Those of these keys that a hook had before."""
    if not keys:
        return set()
    return {row.key for row in _KNOWN.ask(session, keys=keys)}


def keep(session: Session, found: Sequence[Read]) -> None:
    """As they came, with what was wrong with them."""
    session.execute(
        insert(hooks),
        [
            {
                "shop": one.shop,
                "topic": one.delivery.topic,
                "order_id": one.order_id,
                "received_at": one.delivery.received_at,
                "content": one.content,
                "problem": one.problem,
                "settings": one.delivery.door.shop.reading.fingerprint,
            }
            for one in found
        ],
    )
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    keys = [
        {"key": key, "received_at": one.delivery.received_at} for one in found for key in one.lasting_keys
    ]
    if keys:  # another process may have been told the same
        session.execute(dialect.insert(hook_keys).on_conflict_do_nothing(), keys)


@dataclass(frozen=True, slots=True)
class Refused:
    """One that was not taken."""

    id: int
    topic: str
    body: bytes


def refused(session: Session, shop: str, after: int, *, settings: str) -> list[Refused]:
    """Some of those that were read under other settings than these, by row id from `after` on."""
    found = session.execute(
        select(hooks.c.id, hooks.c.topic, hooks.c.content)
        .where(hooks.c.shop == shop, hooks.c.problem != "", hooks.c.settings != settings, hooks.c.id > after)
        .order_by(hooks.c.id)
        .limit(_ASKED)
    )
    return [Refused(row.id, row.topic, zlib.decompress(row.content)) for row in found]


def reread(session: Session, id: int, problem: str, *, settings: str) -> None:
    session.execute(update(hooks).where(hooks.c.id == id).values(problem=problem, settings=settings))


def forget_old(session: Session, now: datetime) -> bool:
    """What has been kept for long enough, and what is too much; True if there may be more."""
    before = now - KEPT_FOR
    newest = session.scalar(select(func.max(hooks.c.id))) or 0
    old = select(hooks.c.id).where(hooks.c.received_at < before).order_by(hooks.c.received_at).limit(_CHUNK)
    beyond = select(hooks.c.id).where(hooks.c.id <= newest - MOST_KEPT).order_by(hooks.c.id).limit(_CHUNK)
    worn = select(hook_keys.c.key).where(hook_keys.c.received_at < before).limit(_CHUNK)
    gone = [
        session.connection().execute(delete(table).where(column.in_(which))).rowcount
        for table, column, which in (
            (hooks, hooks.c.id, old),
            (hooks, hooks.c.id, beyond),
            (hook_keys, hook_keys.c.key, worn),
        )
    ]
    return _CHUNK in gone
