"""The month while somebody watches: on the terminal, and on a page of their own."""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from paldies import bootstrap
from paldies.daemon import Daemon
from paldies.demo.chronicle import Chronicle, Kind
from paldies.demo.curtain import Curtain
from paldies.demo.deeds import Deed
from paldies.demo.ending import summary
from paldies.demo.house import MAILS, SHOP_FILE, furnish
from paldies.demo.mail_server import MailServer
from paldies.demo.narrator import Narrator, status
from paldies.demo.page.app import Desk, day_and_time, make_page
from paldies.demo.shop import SampleShop
from paldies.demo.story import BEGINS, ENDS, Story
from paldies.outbox.engines import Tick
from paldies.outbox.engines.embedded import EmbeddedEngine
from paldies.store.database import Database
from paldies.web.serving import serving

_QUICK, _SLOW = 0.05, 0.5  # seconds between two ticks of the daemon
_GLANCE = 0.15  # seconds between two looks at what has happened


async def play(folder: Path, story: Story, *, speed: float, port: int, console: Console) -> None:
    """Until the month is over, or Ctrl+C. On a terminal the page then stays, until Ctrl+C."""
    clock = Curtain(speed, BEGINS.astimezone(UTC))
    async with MailServer(clock, folder / MAILS) as server:
        settings = furnish(folder, server.port)
        shop = SampleShop(folder / SHOP_FILE)
        shop.happen(story.earlier)
        daemon = Daemon(bootstrap.build(settings, clock=clock))
        reader = Database(settings.database_url)
        desk = Desk(Chronicle(), server, clock)
        remedy = "leave --port out, and a free one is found"
        async with serving(make_page(desk), port, remedy=remedy) as url:
            _welcome(console, url)
            stage = Stage(daemon, desk, reader, console=console, url=url)
            is_over = await stage.run(shop, story.deeds)
            desk.ended_at = min(clock.now(), ENDS)
            console.print(f"\n{await reader.read(summary)}", highlight=False, markup=False, soft_wrap=True)
            if is_over and console.is_terminal:
                await _until_interrupted(console, url)
        reader.close()


class Stage:
    """Lets the story happen, the daemon work, and the visitor see it, all at once."""

    def __init__(self, daemon: Daemon, desk: Desk, reader: Database, *, console: Console, url: str) -> None:
        self._daemon = daemon
        self._desk = desk
        self._reader = reader
        self._console = console
        self._url = url
        self._narrator = Narrator()
        self._has_read_history = asyncio.Event()

    async def run(self, shop: SampleShop, deeds: Sequence[Deed]) -> bool:
        """Whether the month came to its end."""
        working = asyncio.create_task(self._daemon.run(EmbeddedEngine(), _timetable(self._daemon)))
        with Live(console=self._console, refresh_per_second=8, transient=True) as live:
            watching = asyncio.create_task(self._watch(live))
            happening = asyncio.create_task(self._happen(shop, deeds))
            await asyncio.wait([working, happening, watching], return_when=asyncio.FIRST_COMPLETED)
            is_over = happening.done() and not working.done()
            self._daemon.stop()
            for task in (happening, watching):
                task.cancel()
            results = await asyncio.gather(working, happening, watching, return_exceptions=True)
            await self._look(live)
        for result in results:
            if isinstance(result, Exception):
                raise result
        return is_over

    async def _happen(self, shop: SampleShop, deeds: Sequence[Deed]) -> None:
        """The curtain rises when the daemon has read what was there before."""
        clock = self._desk.clock
        assert isinstance(clock, Curtain)  # noqa: S101 - nothing else stands on a stage
        await self._has_read_history.wait()
        clock.rise()
        for deed in deeds:
            await clock.sleep((deed.at - clock.now()).total_seconds())
            await asyncio.to_thread(shop.happen, [deed])
        await clock.sleep((ENDS - clock.now()).total_seconds())

    async def _watch(self, live: Live) -> None:
        while True:
            await self._look(live)
            await asyncio.sleep(_GLANCE)

    async def _look(self, live: Live) -> None:
        chronicle, now = self._desk.chronicle, self._desk.clock.now()
        news = await self._reader.read(chronicle.look, now)
        subjects = {mail.id: mail.subject for mail in self._desk.server.mails[-50:]}
        for entry in news:
            self._narrator.tell(entry, subjects, live.console)
        if chronicle.tally.history:
            self._has_read_history.set()
        silences = sum(entry.kind is Kind.SILENCE for entry in chronicle.entries)
        live.update(status(day_and_time(now), chronicle.tally, silences=silences, url=self._url))


def _timetable(daemon: Daemon) -> list[Tick]:
    """The daemon's own, in the rhythm of a clock that runs thousands of times as fast."""
    return [
        replace(tick, every=_QUICK if tick.name in ("plan", "dispatch") else _SLOW)
        for tick in daemon.timetable()
    ]


def _welcome(console: Console, url: str) -> None:
    console.print(
        Text.assemble(
            ("paldies", "bold"),
            " looks after the customers of a made-up shop in Rīga for one month.\n"
            "Orders come in below; what is sent, what waits and what is not sent follow, with the reason.\n"
            "The customers' mailbox: ",
            (url, "bold underline"),
            "   Ctrl+C ends the demo.\n",
        )
    )


async def _until_interrupted(console: Console, url: str) -> None:
    """The daemon has stopped and does not listen to signals any more."""
    console.print(f"\nThe month is over. The mailbox stays open at {url} until Ctrl+C.")
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    await over.wait()
