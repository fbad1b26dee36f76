"""Which messages a process takes in hand, and which are in another's already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, Select, all_, bindparam, delete, exists, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from paldies.campaigns.words import MessageStatus, Purpose
from paldies.outbox import queue
from paldies.outbox.engines.bucket import close_bucket, open_bucket
from paldies.outbox.queue import Waiting
from paldies.outbox.sender import STALE_AFTER
from paldies.store import installation
from paldies.store.schema import hands, messages
from paldies.store.statuses import has_purpose, has_status
from paldies.store.tables.columns import BIG

HOLDS = 2 * STALE_AFTER  # seconds; what was not claimed by then is decided about anew, by anybody

_IS_DUE: tuple[ColumnElement[bool], ...] = (
    messages.c.channel == bindparam("channel"),
    has_status(MessageStatus.SCHEDULED),
    messages.c.parked_at.is_(None),
    messages.c.send_at <= bindparam("now", type_=messages.c.send_at.type),
)
_IS_ANY_DUE = select(exists().where(*_IS_DUE))
_OTHERS = select(hands.c.message_ids).where(
    hands.c.channel == bindparam("channel"),
    hands.c.process != bindparam("process"),
    hands.c.renewed_at > func.clock_timestamp() - text(f"interval '{HOLDS} seconds'"),
)


def _first(*more: ColumnElement[bool]) -> Select[int]:
    return (
        select(messages.c.id)
        .where(*_IS_DUE, *more, messages.c.id != all_(bindparam("taken", type_=ARRAY(BIG))))
        .order_by(messages.c.send_at)
        .limit(bindparam("most", type_=Integer))
    )


_FIRST_URGENT = _first(has_purpose(Purpose.SERVICE))
_FIRST = _first()


@dataclass(frozen=True, slots=True)
class Taken:
    """`is_short`: there would have been more if the rate allowed it."""

    rows: tuple[Waiting, ...] = ()
    is_short: bool = False


def take_in_hand(
    session: Session,
    channel: str,
    process: str,
    *,
    in_hand: Collection[int],
    most: int,
    per_second: float,
    now: datetime,
) -> Taken:
    """The next due messages, and the tokens for them, in one transaction: a killed process loses both.

    About an order first; what only sells comes after, however long it has waited. What is in a hand is kept
    from other hands, and from nobody else: it is the claim that decides who sends.
    """
    if installation.standstill(session) or not session.scalar(_IS_ANY_DUE, {"channel": channel, "now": now}):
        return Taken()
    tokens = open_bucket(session, channel, per_second)
    taken = {*in_hand, *_in_other_hands(session, channel, process)}
    wanted = _wanted(session, channel, taken, most=most, now=now)
    ids = wanted[: tokens.whole]
    is_short = len(ids) < len(wanted)
    close_bucket(session, channel, tokens, taken=len(ids), is_awaited=is_short or len(wanted) == most)
    if ids:
        _hold(session, channel, process, [*in_hand, *ids], at=tokens.at)
    return Taken(tuple(queue.these(session, ids, now)), is_short)


def let_go(session: Session, process: str) -> None:
    """Of everything, at a clean stop: others need not wait."""
    session.execute(delete(hands).where(hands.c.process == process))


def _in_other_hands(session: Session, channel: str, process: str) -> set[int]:
    held = session.scalars(_OTHERS, {"channel": channel, "process": process})
    return {message_id for ids in held for message_id in ids}


def _wanted(
    session: Session, channel: str, taken: Collection[int], *, most: int, now: datetime
) -> Sequence[int]:
    asked = {"channel": channel, "now": now, "taken": list(taken), "most": most}
    urgent = list(session.scalars(_FIRST_URGENT, asked))
    if len(urgent) == most:
        return urgent
    rest = {**asked, "taken": [*taken, *urgent], "most": most - len(urgent)}
    return [*urgent, *session.scalars(_FIRST, rest)]


def _hold(session: Session, channel: str, process: str, ids: list[int], *, at: datetime) -> None:
    held = {"message_ids": ids, "renewed_at": at}
    session.execute(
        insert(hands)
        .values(process=process, channel=channel, **held)
        .on_conflict_do_update(index_elements=[hands.c.process, hands.c.channel], set_=held)
    )
