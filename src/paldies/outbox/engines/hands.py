"""Which messages a process takes in hand, and which are in another's already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, bindparam, delete, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from paldies.campaigns.words import Purpose
from paldies.outbox import queue
from paldies.outbox.engines.bucket import close_bucket, open_bucket
from paldies.outbox.queue import Waiting
from paldies.outbox.sender import STALE_AFTER
from paldies.store import installation
from paldies.store.among import among
from paldies.store.in_turn import in_turn
from paldies.store.prepared import Prepared
from paldies.store.questions import Question
from paldies.store.schema import hands, messages
from paldies.store.statuses import has_purpose

HOLDS = 2 * STALE_AFTER  # seconds; what was not claimed by then is decided about anew, by anybody

_IS_ANY_DUE = Question(select(exists().where(*queue.IS_DUE).label("is_any")))
_OTHERS = Question(
    select(hands.c.message_ids).where(
        hands.c.channel == bindparam("channel"),
        hands.c.process != bindparam("process"),
        hands.c.renewed_at > func.clock_timestamp() - text(f"interval '{HOLDS} seconds'"),
    )
)


def _first(*more: ColumnElement[bool]) -> Question:
    return Question(
        select(messages.c.id)
        .where(*queue.IS_DUE, *more, ~among(messages.c.id, "taken"))
        .order_by(messages.c.send_at)
        .limit(bindparam("most", type_=Integer))
    )


_FIRST_URGENT = _first(has_purpose(Purpose.SERVICE))
_FIRST = _first()
_ADD = insert(hands)
_HOLD = Prepared(
    _ADD.on_conflict_do_update(
        index_elements=[hands.c.process, hands.c.channel],
        set_={"message_ids": _ADD.excluded.message_ids, "renewed_at": _ADD.excluded.renewed_at},
    )
)


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
    if installation.standstill(session) or not _is_any_due(session, channel, now):
        return Taken()
    tokens = open_bucket(session, channel, per_second)
    taken = {*in_hand, *_in_other_hands(session, channel, process)}
    wanted = _wanted(session, channel, taken, most=most, now=now)
    ids = wanted[: tokens.whole]
    is_short = len(ids) < len(wanted)
    held = {
        "process": process,
        "channel": channel,
        "message_ids": [*in_hand, *ids],
        "renewed_at": tokens.at,
    }
    closing = close_bucket(channel, tokens, taken=len(ids), is_awaited=is_short or len(wanted) == most)
    in_turn(session, closing, (_HOLD, [held] if ids else []))
    return Taken(tuple(queue.these(session, ids, now)), is_short)


def let_go(session: Session, process: str) -> None:
    """Of everything, at a clean stop: others need not wait."""
    session.execute(delete(hands).where(hands.c.process == process))


def _is_any_due(session: Session, channel: str, now: datetime) -> bool:
    [answer] = _IS_ANY_DUE.ask(session, channel=channel, now=now)
    return bool(answer.is_any)


def _in_other_hands(session: Session, channel: str, process: str) -> set[int]:
    held = _OTHERS.ask(session, channel=channel, process=process)
    return {message_id for row in held for message_id in row.message_ids}


def _wanted(
    session: Session, channel: str, taken: Collection[int], *, most: int, now: datetime
) -> Sequence[int]:
    asked = {"channel": channel, "now": now}
    urgent = [row.id for row in _FIRST_URGENT.ask(session, **asked, taken=taken, most=most)]
    if len(urgent) == most:
        return urgent
    rest = _FIRST.ask(session, **asked, taken=[*taken, *urgent], most=most - len(urgent))
    return [*urgent, *(row.id for row in rest)]
