"""One round of a simulation: what comes next for everybody, each at its own moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from paldies.orders.told import Told
from paldies.outbox.planning import plan_new_events
from paldies.replies.asking import Awaited
from paldies.simulation.happenings import Due, Happening
from paldies.simulation.house import Furnished
from paldies.simulation.moments import be_at
from paldies.simulation.supply import RoundSupply
from paldies.simulation.telling import Arrival, Telling

_A_MOMENT = timedelta(seconds=1)  # until a look from which nothing has come is repeated

ByMoment = dict[int, datetime]  # message → when it is looked at


class Wish(NamedTuple):
    """A message that wants to be looked at, as far as its channel's rate has room; in the order of asking."""

    at: datetime
    key: str
    channel: str


class Rounds:
    """Goes the daemon's way: what shops tell is taken in and planned, answers are heard, messages sent."""

    def __init__(self, house: Furnished, telling: Telling, supplies: Mapping[str, RoundSupply]) -> None:
        self.house = house
        self._app = house.app
        self._telling = telling
        self._supplies = supplies
        self._dispatchers = {one.channel.traits.name: one for one in house.app.dispatchers}
        self._put_off: ByMoment = {}
        self._looked_at: dict[int, Happening] = {}  # in the round before, by message

    def moment_of(self, message_id: int, look_at: datetime) -> datetime:
        """When it is its turn: later than `look_at` where the rate has no room for it."""
        return self._put_off.get(message_id, look_at)

    def has_moved(self, front: Sequence[Happening]) -> bool:
        """Whether anything came of the round before."""
        return len(front) != len(self._looked_at) or any(
            not isinstance(one.what, Due) or self._looked_at.get(one.what.id) != one for one in front
        )

    def wishes(self, front: Sequence[Happening]) -> list[Wish]:
        """What has waited for room once has its place."""
        return [
            Wish(one.at, one.what.key, one.what.channel)
            for one in front
            if isinstance(one.what, Due) and one.what.id not in self._put_off
        ]

    async def play(self, front: Sequence[Happening], places: Iterable[datetime], *, has_moved: bool) -> None:
        """`front` has what comes next for each person, the earliest first; `places` answer its wishes."""
        told: dict[str, list[Told]] = defaultdict(list)
        due: dict[str, ByMoment] = defaultdict(dict)
        begins_at = iter(places)
        self._looked_at = {}
        for one in front:
            match one.what:
                case Arrival() as arrival:
                    told[arrival.shop].append(Told(self._telling.snapshot(arrival), one.at))
                case Awaited() as awaited:
                    be_at(one.at)
                    await self._app.asking.ask(awaited)
                case Due() as message if not has_moved:
                    self._put_off[message.id] = one.at + _A_MOMENT
                case Due() as message:
                    place = one.at if self._put_off.pop(message.id, None) else next(begins_at)
                    if place > one.at:
                        self._put_off[message.id] = place
                    else:
                        due[message.channel][message.id] = one.at
                        self._looked_at[message.id] = one
        if told:
            await self._hear(told)
        await self._send(due)

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
