"""Cuts time into spans, and each span into rounds, that are played in all parts at the same time."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from paldies.simulation.part import Front
from paldies.simulation.room import Room
from paldies.simulation.rounds import Wish
from paldies.simulation.span import Span
from paldies.simulation.tape import Tape
from paldies.simulation.telling import INSTANT

_FIRST_SPAN, _LONGEST_SPAN, _SHORTEST_SPAN = timedelta(days=1), timedelta(days=30), timedelta(minutes=1)
_FEW, _MANY = 2_000, 8_000  # happenings of one span: many are quicker together, until they fill the memory


class Playing(Protocol):
    """A part, wherever it is played: see Part."""

    async def first(self) -> datetime | None: ...

    async def open(self, begin: datetime, told_before: datetime, span_ends: datetime) -> Front: ...

    async def play(self, places: Sequence[datetime], *, has_moved: bool) -> Front: ...


class Player:
    """Gives every message its place in its channel's rate, whichever part it belongs to."""

    def __init__(
        self,
        parts: Sequence[Playing],
        tape: Tape,
        *,
        span: Span,
        rates: Mapping[str, str],
        days_of: ZoneInfo | None,
    ) -> None:
        """`rates` are by channel; `days_of`: nothing is played together beyond a day there."""
        self._parts = parts
        self._tape = tape
        self._span = span
        self._rooms = {name: Room(rate, look_every=span.look_every) for name, rate in rates.items()}
        self._days_of = days_of
        self._length = _FIRST_SPAN

    async def play(self, begin: datetime, end: datetime) -> AsyncIterator[datetime]:
        """Says how far it has come, until nothing happens any more before `end`."""
        moment = begin
        while (first := await self._first(moment)) and first < end:
            moment, fronts = await self._open(max(first, moment), end)
            while any(front.happenings for front in fronts):
                fronts = await self._round(fronts)
            for room in self._rooms.values():
                room.forget(moment)
            yield moment

    async def _first(self, begin: datetime) -> datetime | None:
        due_at = await asyncio.gather(*(part.first() for part in self._parts))
        told_at = self._tape.next_from(begin)
        known = [*due_at, told_at if told_at and told_at <= self._span.ends_at else None]
        return min(filter(None, known), default=None)

    async def _open(self, begin: datetime, end: datetime) -> tuple[datetime, list[Front]]:
        """Where the span ends that begins there, so that neither too little nor too much happens in it."""
        while True:
            span_ends = self._cut(begin, end)
            told_before = min(span_ends, self._span.ends_at + INSTANT)
            fronts = await asyncio.gather(*(part.open(begin, told_before, span_ends) for part in self._parts))
            count = sum(front.happenings for front in fronts)
            if count <= _MANY or self._length <= _SHORTEST_SPAN:
                break
            self._length /= 2
        if count < _FEW:
            self._length = min(_LONGEST_SPAN, self._length * 2)
        return span_ends, fronts

    def _cut(self, begin: datetime, end: datetime) -> datetime:
        """A budget is for one day; what is looked at together stays together."""
        cut = self._span.look_at(begin + self._length)
        if self._days_of:
            tomorrow = begin.astimezone(self._days_of).date() + timedelta(days=1)
            midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=self._days_of)
            cut = min(cut, midnight.astimezone(UTC))
        return min(cut + INSTANT if self._span.look_every else cut, end)

    async def _round(self, fronts: Sequence[Front]) -> list[Front]:
        has_moved = any(front.has_moved for front in fronts)
        wishes = [front.wishes if has_moved else () for front in fronts]
        # in one order for all parts, as if there were only one
        places = {wish.key: self._place(wish) for wish in sorted(wish for own in wishes for wish in own)}
        playing = (
            part.play([places[wish.key] for wish in own], has_moved=has_moved)
            for part, own in zip(self._parts, wishes, strict=True)
        )
        return await asyncio.gather(*playing)

    def _place(self, wish: Wish) -> datetime:
        return self._rooms[wish.channel].reserve(wish.at)
