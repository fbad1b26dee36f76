"""The month while somebody watches: on the terminal, and on a page of their own."""

import asyncio
from datetime import UTC
from pathlib import Path

from rich.console import Console
from rich.text import Text

from paldies.bootstrap.building import build
from paldies.clock import SteppedClock
from paldies.demo.chronicle.chronicle import Chronicle
from paldies.demo.chronicle.ending import summary
from paldies.demo.house import QUIET, furnish
from paldies.demo.pace import Pace
from paldies.demo.page.app import make_page
from paldies.demo.page.view import View
from paldies.demo.stage import Stage, interruption
from paldies.demo.story.month import BEGINS
from paldies.demo.story.telling import Story
from paldies.demo.telephone.company import Company
from paldies.demo.world.mail_server import MailServer
from paldies.demo.world.town import MAILS, built
from paldies.settings import Settings
from paldies.store.database import Database


async def play(folder: Path, story: Story, *, speed: float, port: int, console: Console) -> None:
    """Until the month is over, or Ctrl+C. On a terminal the page then stays, until Ctrl+C."""
    clock = SteppedClock(BEGINS.astimezone(UTC))
    mail, telephone = MailServer(clock, folder / MAILS), Company(clock)
    view = View(Chronicle(), mail, telephone, clock)
    async with built(story, folder, pages=make_page(view), mail=mail, telephone=telephone, port=port) as town:
        settings = furnish(folder, town, poll=QUIET)
        app = build(settings, clock=clock)
        town.open_pages(app, settings)
        reader = Database(settings.database_url)
        stage = Stage(app, town, view, clock=clock, reader=reader, console=console)
        _welcome(console, town.url)
        is_over = await stage.run(Pace(speed))
        view.is_over = True
        told = await reader.read(summary)
        console.print(f"\n{told}", highlight=False, markup=False, soft_wrap=True)
        if is_over and console.is_terminal:
            console.print(f"\nThe month is over. The page stays open at {town.url} until Ctrl+C.")
            await _until_interrupted(stage, settings)
        reader.close()


def _welcome(console: Console, url: str) -> None:
    console.print(
        Text.assemble(
            ("paldies", "bold"),
            " looks after the customers of Lins & Bērzs, a made-up shop in Rīga, for a month.\n"
            "It writes, rings and texts at the right hour, and keeps quiet when it should, and says why.\n"
            "Letters, telephone and staff list, as they fill: ",
            (url, "bold underline"),
            "   Ctrl+C ends the demo.\n",
        )
    )


async def _until_interrupted(stage: Stage, settings: Settings) -> None:
    """The month's house is closed; the pages that letters link to get one of their own."""
    resting = build(settings, clock=stage.clock)
    stage.town.open_pages(resting, settings)
    watching = asyncio.create_task(stage.watch())
    await interruption()
    watching.cancel()
    resting.close()
