"""What happens next to whom, of all that is going to happen in a span of time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from paldies.campaigns.words import MessageStatus
from paldies.replies.asking import Awaited
from paldies.simulation.telling import Arrival
from paldies.store.questions import Question
from paldies.store.schema import messages
from paldies.store.statuses import has_status
from paldies.value import value

Person = int | str


class Rank(IntEnum):
    """Of several things at one moment, what a daemon does first."""

    ARRIVAL = 0
    ANSWER = 1
    MESSAGE = 2


class Due(NamedTuple):
    """A message that wants to be decided about."""

    id: int
    key: str
    channel: str
    send_at: datetime


class Waits(NamedTuple):
    """An answer or a message that is due; `subject` as in keys."""

    subject: str
    at: datetime
    what: Awaited | Due


@value
class Happening:
    """Something at its moment; what happens to one person does not concern another."""

    at: datetime
    rank: Rank
    person: Person
    what: Arrival | Awaited | Due

    @property
    def turn(self) -> tuple[datetime, Rank]:
        return self.at, self.rank


def first_of_each(happenings: Iterable[Happening]) -> list[Happening]:
    """Each person's earliest, all of them where several come at once; the earliest first."""
    first: dict[Person, list[Happening]] = {}
    for one in happenings:
        so_far = first.get(one.person)
        if so_far is None or one.turn < so_far[0].turn:
            first[one.person] = [one]
        elif one.turn == so_far[0].turn:
            so_far.append(one)
    return sorted((one for those in first.values() for one in those), key=lambda one: one.turn)


def waiting_before(session: Session, end: datetime, channels: Sequence[str]) -> list[Waits]:
    """Answers and messages that are due before `end`."""
    return [
        Waits(
            key.split("/", 2)[1],
            at,
            Due(id, key, channel, at) if rank == Rank.MESSAGE else Awaited(id, key, channel, receipt),
        )
        for rank, id, key, channel, at, receipt in _wanted(tuple(channels)).ask(session, end=end)
    ]


@lru_cache(maxsize=4)
def _wanted(channels: tuple[str, ...]) -> Question:
    end = bindparam("end", type_=messages.c.send_at.type)
    named = (messages.c.id, messages.c.key, messages.c.channel)
    due = [
        select(literal(int(Rank.MESSAGE)).label("rank"), *named, messages.c.send_at, messages.c.receipt)
        .where(messages.c.channel == channel, has_status(MessageStatus.SCHEDULED))
        .where(messages.c.parked_at.is_(None), messages.c.send_at < end)
        for channel in channels
    ]
    awaited = [
        select(literal(int(Rank.ANSWER)).label("rank"), *named, messages.c.look_at, messages.c.receipt).where(
            messages.c.channel == channel, messages.c.look_at < end
        )
        for channel in channels
    ]
    return Question(union_all(*due, *awaited))
