"""Drives the daemon by a clock that moves on only when everything that is due has been dealt with."""

from datetime import datetime, timedelta

from paldies.bootstrap import App
from paldies.clock import SteppedClock
from paldies.daemon import Daemon
from paldies.outbox.agenda import Agenda, agenda
from paldies.outbox.queue import release_unanswered

# Before what is due and could not go is looked at again: a rate's tokens come back.
_PAUSE = timedelta(seconds=1)


class Playback:
    """The daemon's own ticks, called when there is cause for them, at the moment at which there is."""

    def __init__(self, app: App, clock: SteppedClock) -> None:
        self.daemon = Daemon(app)
        self._app = app
        self._clock = clock
        self._dispatchers = {one.channel.traits.name: one for one in app.dispatchers}

    async def begin(self) -> None:
        await self.daemon.begin()

    async def end(self) -> None:
        await self.daemon.end(patience=5)

    async def hear(self) -> None:
        """Reads what is new in every shop, and plans it."""
        for shop in self._app.shops:
            await self.daemon.watch(shop)
        await self.daemon.plan()

    async def pass_until(self, moment: datetime) -> None:
        """Lets time pass: whatever falls due before `moment` is done, and then it is that moment."""
        before: Agenda | None = None
        while (found := await self._agenda()).first:
            look_at = self._look_at(found, has_moved=found != before)
            if look_at >= moment:
                break
            self._clock.move_to(look_at)
            await self._do(found)
            before = found
        self._clock.move_to(moment)

    def _look_at(self, found: Agenda, *, has_moved: bool) -> datetime:
        """At once where what was done has left something else to do."""
        now = self._clock.now()
        assert found.first  # noqa: S101 - there is something to do
        if found.first > now:
            return found.first
        return now if has_moved else now + _PAUSE

    async def _agenda(self) -> Agenda:
        return await self._app.database.read(agenda, tuple(self._dispatchers))

    async def _do(self, found: Agenda) -> None:
        """First what has come of the messages that left: a further leg may be due at once.

        The daemon asks every channel every time; here the empty questions would cost more than the answers.
        """
        now = self._clock.now()
        if found.is_approval_due(now):
            await self._app.database.run(release_unanswered, now)
        if found.is_answer_due(now):
            await self._app.asking.follow_up()
        if found.is_approval_due(now) or found.is_answer_due(now):
            found = await self._agenda()
        channels = [self._dispatchers[name] for name in found.due_by(now)]
        for channel in channels:
            await channel.dispatch()
        for channel in channels:
            await channel.drained()
