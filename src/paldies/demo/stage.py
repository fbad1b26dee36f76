"""Lets the story happen, the daemon work, and the visitor see it, all at once."""

import asyncio
from dataclasses import replace

from rich.console import Console
from rich.live import Live

from paldies.bootstrap import App
from paldies.daemon import Daemon
from paldies.demo.chronicle.narrator import Narrator, status
from paldies.demo.curtain import Curtain
from paldies.demo.page.view import View, day_and_time
from paldies.demo.story.month import ENDS
from paldies.demo.world.people import People
from paldies.demo.world.town import Town
from paldies.outbox.engines import Tick
from paldies.outbox.engines.embedded import EmbeddedEngine
from paldies.store.database import Database

_QUICK, _SLOW = 0.05, 0.5  # seconds between two ticks of the daemon
_GLANCE = 0.15  # seconds between two looks at what has happened
_OFTEN = ("plan", "dispatch", "follow up")


class Stage:
    def __init__(
        self, app: App, town: Town, view: View, *, reader: Database, clock: Curtain, console: Console
    ) -> None:
        self.town = town
        self.clock = clock
        self._daemon = Daemon(app)
        self._people = town.people(app)
        self._view = view
        self._reader = reader
        self._console = console
        self._narrator = Narrator(console, duration=view.duration)
        self._has_read_history = asyncio.Event()

    async def run(self) -> bool:
        """Whether the month came to its end."""
        working = asyncio.create_task(self._daemon.run(EmbeddedEngine(), _timetable(self._daemon)))
        with Live(console=self._console, refresh_per_second=8, transient=True) as live:
            others = [
                asyncio.create_task(self.watch(live)),
                asyncio.create_task(_live_on(self._people)),
                asyncio.create_task(self._happen()),
            ]
            await asyncio.wait([working, *others], return_when=asyncio.FIRST_COMPLETED)
            is_over = others[-1].done() and not working.done()
            self._daemon.stop()
            for task in others:
                task.cancel()
            results = await asyncio.gather(working, *others, return_exceptions=True)
            await self._look(live)
            self._narrator.close_the_day()
        for result in results:
            if isinstance(result, Exception):
                raise result
        return is_over

    async def watch(self, live: Live | None = None) -> None:
        while True:
            await self._look(live)
            await asyncio.sleep(_GLANCE)

    async def _happen(self) -> None:
        """The curtain rises when the daemon has read what was there before."""
        await self._has_read_history.wait()
        self.clock.rise()
        for deed in self.town.story.deeds:
            await self.clock.sleep((deed.at - self.clock.now()).total_seconds())
            await asyncio.to_thread(self.town.shop.happen, [deed])
        await self.clock.sleep((ENDS - self.clock.now()).total_seconds())

    async def _look(self, live: Live | None) -> None:
        chronicle, now = self._view.chronicle, self.clock.now()
        for entry in await self._reader.read(chronicle.look, now):
            self._narrator.tell(entry)
        if chronicle.tally.history:
            self._has_read_history.set()
        if live:
            live.update(status(day_and_time(now), chronicle.tally, url=self.town.url))


async def _live_on(people: People) -> None:
    while True:
        await people.act()
        await asyncio.sleep(_QUICK)


def _timetable(daemon: Daemon) -> list[Tick]:
    """The daemon's own, in the rhythm of a clock that runs thousands of times as fast."""
    return [replace(tick, every=_QUICK if tick.name in _OFTEN else _SLOW) for tick in daemon.timetable()]
