"""Lets the month go by and the visitor see it, both at once."""

import asyncio
import signal

from rich.console import Console
from rich.live import Live

from paldies.bootstrap.app import App
from paldies.clock import SteppedClock
from paldies.demo.chronicle.narrator import Narrator, status
from paldies.demo.pace import Pace
from paldies.demo.page.view import View, day_and_time
from paldies.demo.replay import replay
from paldies.demo.world.town import Town
from paldies.store.database import Database

_GLANCE = 0.15  # seconds between two looks at what has happened


class Stage:
    def __init__(
        self, app: App, town: Town, view: View, *, clock: SteppedClock, reader: Database, console: Console
    ) -> None:
        self.town = town
        self.clock = clock
        self._app = app
        self._view = view
        self._reader = reader
        self._console = console
        self._narrator = Narrator(console, duration=view.duration)

    async def run(self, pace: Pace) -> bool:
        """Whether the month came to its end: a signal ends it before."""
        with Live(console=self._console, refresh_per_second=8, transient=True) as live:
            playing = asyncio.create_task(
                replay(self._app, self.clock, self.town, wait_for=pace.until), name="playing"
            )
            tasks = [playing, asyncio.create_task(self.watch(live)), asyncio.create_task(interruption())]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            is_over = playing.done()
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
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

    async def _look(self, live: Live | None) -> None:
        chronicle, now = self._view.chronicle, self.clock.now()
        for entry in await self._reader.read(chronicle.look, now):
            self._narrator.tell(entry)
        if live:
            live.update(status(day_and_time(now), chronicle.tally, url=self.town.url))


async def interruption() -> None:
    """Until SIGINT or SIGTERM; a second one ends the process by itself."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    try:
        await over.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
