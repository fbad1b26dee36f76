"""Some of the persons, and what happens to them: everybody in their own order, and many people at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from paldies.outbox.agenda import next_look
from paldies.outbox.queue import release_unanswered
from paldies.simulation.happenings import Due, Happening, Person, Rank, Waits, first_of_each, waiting_before
from paldies.simulation.rounds import Rounds, Wish
from paldies.simulation.span import Span
from paldies.simulation.telling import INSTANT, Telling


@dataclass(frozen=True, slots=True)
class Front:
    """What comes next, as far as others must know of it."""

    happenings: int  # of the whole span, those still to come
    has_moved: bool
    wishes: Sequence[Wish]


class Part:
    """Plays what shops told through one house, round after round: in a round, what comes next for everybody.

    What one person is told depends on what happened to that person before, and on nobody else, but for what
    is counted over all: rates, the budget of a day, the blast breaker. So a round may hold many moments, and
    each message is decided for its own; and some of the persons may be played apart from the others.
    """

    def __init__(self, rounds: Rounds, telling: Telling, *, span: Span) -> None:
        self._rounds = rounds
        self._app = rounds.house.app
        self._channels = tuple(self._app.traits)
        self._telling = telling
        self._span = span
        self._arrivals: list[Happening] = []  # of this span, those still to come
        self._front: list[Happening] = []
        self._persons: dict[str, Person] = {}  # by subject, of this span
        self._reached: dict[Person, datetime] = {}  # how far each has come in this span
        self._span_ends: datetime

    async def first(self) -> datetime | None:
        """When the next of what is known so far is due."""
        return await self._app.database.read(next_look, self._channels)

    async def open(self, begin: datetime, told_before: datetime, span_ends: datetime) -> Front:
        """Begins a span; what shops tell is heard before `told_before` only."""
        await _others_have_heard()
        self._persons.clear()
        self._reached.clear()
        self._span_ends = span_ends
        self._arrivals = [
            Happening(self._span.look_at(one.at), Rank.ARRIVAL, one.person, one)
            for one in self._telling.arrivals(begin, told_before)
        ]
        return await self._next()

    async def play(self, places: Sequence[datetime], *, has_moved: bool) -> Front:
        """Plays the front, and says what comes next; `places` are the moments for its wishes."""
        await _others_have_heard()
        gone = {one.what for one in self._front if one.rank is Rank.ARRIVAL}
        self._arrivals = [one for one in self._arrivals if one.what not in gone]
        self._reached |= {one.person: one.at for one in self._front}
        await self._rounds.play(self._front, places, has_moved=has_moved)
        return await self._next()

    async def _next(self) -> Front:
        happenings = [*self._arrivals, *await self._waiting()]
        self._front = first_of_each(happenings)
        return Front(len(happenings), self._rounds.has_moved(self._front), self._rounds.wishes(self._front))

    async def _waiting(self) -> list[Happening]:
        end = self._span_ends
        await self._app.database.run(release_unanswered, end - INSTANT)
        found = await self._app.database.read(waiting_before, end, self._channels)
        self._persons |= self._telling.persons({one.subject for one in found} - self._persons.keys())
        at_their_turn = (self._happening(one, self._persons.get(one.subject, one.subject)) for one in found)
        return [one for one in at_their_turn if one.at < end]

    def _happening(self, one: Waits, person: Person) -> Happening:
        """What should have happened before its cause was known happens right after that."""
        at, what = self._span.look_at(one.at), one.what
        if isinstance(what, Due):
            at, rank = self._rounds.moment_of(what.id, at), Rank.MESSAGE
        else:
            rank = Rank.ANSWER
        return Happening(max(at, self._reached.get(person, at)), rank, person, what)


async def _others_have_heard() -> None:
    """What other processes are asked leaves this one only once it pauses: so it does before it plays."""
    await asyncio.sleep(0)
