"""Plays what shops told through the house: everybody in their own order, and many people at once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from paldies.outbox.agenda import agenda
from paldies.outbox.queue import release_unanswered
from paldies.simulation.happenings import Due, Happening, Person, Rank, first_of_each, waiting_before
from paldies.simulation.rounds import Rounds
from paldies.simulation.tape import INSTANT, Tape

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SPAN, _LONGEST_SPAN, _SHORTEST_SPAN = timedelta(days=1), timedelta(days=30), timedelta(minutes=1)
_FEW, _MANY = 2_000, 8_000  # happenings of one span: many are quicker together, until they fill the memory


class Player:
    """Cuts time into spans, and each span into rounds: in a round, what comes next for everybody.

    What one person is told depends on what happened to that person before, and on nobody else, but for what
    is counted over all: rates, the budget of a day, the blast breaker. So a round may hold many moments, and
    each message is decided for its own; with `look_every`, for the next multiple of that.
    """

    def __init__(self, rounds: Rounds, tape: Tape, *, told_until: datetime, look_every: timedelta) -> None:
        """What the tape has after `told_until` is not told any more."""
        self._rounds = rounds
        self._app = rounds.house.app
        self._channels = tuple(rounds.house.rates)
        self._tape = tape
        self._told_until = told_until
        self._look_every = look_every
        self._length = _FIRST_SPAN
        self._arrivals: list[Happening] = []  # of this span, those still to come
        self._persons: dict[str, Person] = {}  # by subject, of this span
        self._reached: dict[Person, datetime] = {}  # how far each has come in this span

    async def play(self, begin: datetime, end: datetime) -> AsyncIterator[datetime]:
        """Says how far it has come, until nothing happens any more before `end`."""
        moment = begin
        while (first := await self._first(moment)) and first < end:
            moment, waiting = await self._open(max(first, moment), end)
            while front := first_of_each([*self._arrivals, *waiting]):
                gone = {one.what for one in front if one.rank is Rank.ARRIVAL}
                self._arrivals = [one for one in self._arrivals if one.what not in gone]
                self._reached |= {one.person: one.at for one in front}
                await self._rounds.play(front)
                waiting = await self._waiting(moment)
            self._rounds.forget(moment)
            yield moment

    async def _first(self, begin: datetime) -> datetime | None:
        waiting = await self._app.database.read(agenda, self._channels)
        told_at = self._tape.next_from(begin)
        known = [waiting.first, told_at if told_at and told_at <= self._told_until else None]
        return min(filter(None, known), default=None)

    async def _open(self, begin: datetime, end: datetime) -> tuple[datetime, list[Happening]]:
        """Where the span ends that begins there, so that neither too little nor too much happens in it.

        And what waits in it so far.
        """
        self._persons.clear()
        self._reached.clear()
        while True:
            span_ends = self._cut(begin, end)
            self._arrivals = [
                Happening(self._look_at(one.at), Rank.ARRIVAL, one.person, one)
                for one in self._tape.arrivals(begin, min(span_ends, self._told_until + INSTANT))
            ]
            waiting = await self._waiting(span_ends)
            count = len(self._arrivals) + len(waiting)
            if count <= _MANY or self._length <= _SHORTEST_SPAN:
                break
            self._length /= 2
        if count < _FEW:
            self._length = min(_LONGEST_SPAN, self._length * 2)
        return span_ends, waiting

    def _cut(self, begin: datetime, end: datetime) -> datetime:
        """A budget is for one day; what is looked at together stays together."""
        cut = self._look_at(begin + self._length)
        if self._rounds.house.has_budget:
            tomorrow = begin.astimezone(self._app.zone).date() + timedelta(days=1)
            midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=self._app.zone)
            cut = min(cut, midnight.astimezone(UTC))
        return min(cut + INSTANT if self._look_every else cut, end)

    async def _waiting(self, end: datetime) -> list[Happening]:
        await self._app.database.run(release_unanswered, end - INSTANT)
        found = await self._app.database.read(waiting_before, end, self._channels, self._person)
        at_their_turn = (Happening(self._turn(one), one.rank, one.person, one.what) for one in found)
        return [one for one in at_their_turn if one.at < end]

    def _turn(self, one: Happening) -> datetime:
        """What should have happened before its cause was known happens right after that."""
        look_at = self._look_at(one.at)
        if isinstance(one.what, Due):
            look_at = self._rounds.moment_of(one.what.id, look_at)
        return max(look_at, self._reached.get(one.person, look_at))

    def _person(self, subject: str) -> Person:
        if subject not in self._persons:
            self._persons[subject] = self._tape.person(subject) or subject
        return self._persons[subject]

    def _look_at(self, moment: datetime) -> datetime:
        """The first look that is not before `moment`."""
        if not self._look_every:
            return moment
        return moment + (_EPOCH - moment) % self._look_every
