"""`paldies demo`: a sample shop, the real daemon, a real mail server, and a month in two minutes."""

import asyncio
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer
from fastapi import FastAPI
from rich.console import Console

from paldies import logs
from paldies.bootstrap.building import build
from paldies.clock import SteppedClock
from paldies.demo.chronicle.ending import summary
from paldies.demo.house import QUIET, demo_folder, furnish
from paldies.demo.live import play
from paldies.demo.replay import replay
from paldies.demo.story.month import BEGINS
from paldies.demo.story.telling import Story, tell
from paldies.demo.telephone.company import Company
from paldies.demo.world.mail_server import MailServer
from paldies.demo.world.town import MAILS, built
from paldies.store.database import Database

SPEED = 21_600.0  # 30 days in 120 seconds
_LOG = "daemon.log"


def demo(
    speed: Annotated[float, typer.Option(min=1, max=50_000, help="How many times as fast as life.")] = SPEED,
    once: Annotated[
        bool, typer.Option("--once", help="As fast as possible; print the summary only.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Which month: the same number, the same month.")] = 7,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the local page; 0 takes a free one.")] = 0,
    keep: Annotated[
        Path | None, typer.Option(help="Leave everything in this folder, to look into afterwards.")
    ] = None,
) -> None:
    """Watch a sample shop's month in two minutes. Nothing leaves this machine."""
    story = tell(seed)
    with demo_folder(keep) as folder, (folder / _LOG).open("w", encoding="utf-8") as log:
        logs.configure(log)
        if once:
            asyncio.run(_play_at_once(folder, story))
        else:
            asyncio.run(play(folder, story, speed=speed, port=port, console=Console()))
    if keep:
        settings = keep / "paldies.toml"
        typer.echo(f"\nEverything is kept in {keep}. Ask it, for example:")
        typer.echo(f"  paldies --config {settings} messages why BL-2054")


async def _play_at_once(folder: Path, story: Story) -> None:
    clock = SteppedClock(BEGINS.astimezone(UTC))
    mail, telephone = MailServer(clock, folder / MAILS), Company(clock)
    pages = FastAPI(openapi_url=None)
    async with built(story, folder, pages=pages, mail=mail, telephone=telephone) as town:
        settings = furnish(folder, town, poll=QUIET)
        app = build(settings, clock=clock)
        town.open_pages(app, settings)
        await replay(app, clock, town)
    reader = Database(settings.database_url)
    typer.echo(reader.look(summary))
    reader.close()
