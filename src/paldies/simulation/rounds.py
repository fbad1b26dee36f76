"""One round of a simulation: what comes next for everybody, each at its own moment."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from paldies.orders.told import Told
from paldies.outbox.planning import plan_new_events
from paldies.replies.asking import Awaited
from paldies.simulation.happenings import Due, Happening
from paldies.simulation.house import Furnished
from paldies.simulation.moments import be_at
from paldies.simulation.room import Room
from paldies.simulation.supply import RoundSupply
from paldies.simulation.tape import Arrival, Tape

_A_MOMENT = timedelta(seconds=1)  # until a look from which nothing has come is repeated

ByMoment = dict[int, datetime]  # message → when it is looked at


class Rounds:
    """Goes the daemon's way: what shops tell is taken in and planned, answers are heard, messages sent."""

    def __init__(
        self, house: Furnished, tape: Tape, supplies: Mapping[str, RoundSupply], *, look_every: timedelta
    ) -> None:
        self.house = house
        self._app = house.app
        self._tape = tape
        self._supplies = supplies
        self._rooms = {name: Room(rate, look_every=look_every) for name, rate in house.rates.items()}
        self._dispatchers = {one.channel.traits.name: one for one in house.app.dispatchers}
        self._put_off: ByMoment = {}
        self._looked_at: set[tuple[Due, datetime]] = set()  # in the round before

    def moment_of(self, message_id: int, look_at: datetime) -> datetime:
        """When it is its turn: later than `look_at` where the rate has no room for it."""
        return self._put_off.get(message_id, look_at)

    async def play(self, front: Sequence[Happening]) -> None:
        """`front` has what comes next for each person, the earliest first."""
        told: dict[str, list[Told]] = defaultdict(list)
        due: dict[str, ByMoment] = defaultdict(dict)
        has_moved = {(one.what, one.at) for one in front} != self._looked_at
        self._looked_at = set()
        for one in front:
            match one.what:
                case Arrival() as arrival:
                    told[arrival.shop].append(Told(self._tape.snapshot(arrival), one.at))
                case Awaited() as awaited:
                    be_at(one.at)
                    await self._app.asking.ask(awaited)
                case Due() as message if not has_moved:
                    self._put_off[message.id] = one.at + _A_MOMENT
                case Due() as message if self._has_room(message, one.at):
                    due[message.channel][message.id] = one.at
                    self._looked_at.add((message, one.at))
        if told:
            await self._hear(told)
        await self._send(due)

    def forget(self, before: datetime) -> None:
        for room in self._rooms.values():
            room.forget(before)

    def _has_room(self, message: Due, at: datetime) -> bool:
        if self._put_off.pop(message.id, None):
            return True
        begins_at = self._rooms[message.channel].reserve(at)
        if begins_at > at:
            self._put_off[message.id] = begins_at
        return begins_at == at

    async def _hear(self, told: Mapping[str, Sequence[Told]]) -> None:
        for shop, news in told.items():
            self.house.watchers[shop].take(news)
        latest = max(one.at for news in told.values() for one in news)
        zone = self._app.house.home_zone
        while (
            await self._app.database.run(
                plan_new_events, self._app.plans, zone, now=latest, at_first_sight=True
            )
        ).events:
            pass

    async def _send(self, due: Mapping[str, ByMoment]) -> None:
        for channel, moments in due.items():
            self._supplies[channel].hand_out(moments)
        for channel in due:
            await self._dispatchers[channel].dispatch()
        for channel in due:
            await self._dispatchers[channel].drained()
