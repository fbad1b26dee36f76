"""Lets a shop's past happen again, from its first order to the last word about it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from paldies import garbage
from paldies.settings import Settings
from paldies.simulation import scene
from paldies.simulation.apart import PartApart, Share, apart
from paldies.simulation.composing import Example, Examples
from paldies.simulation.house import FILE, Stage, rates_of
from paldies.simulation.joining import join, may_hang_together
from paldies.simulation.player import Player
from paldies.simulation.scene import House, Scene
from paldies.simulation.span import Span
from paldies.simulation.tape import Tape
from paldies.simulation.telling import INSTANT
from paldies.store.database import Database

AFTERWARDS = timedelta(days=90)  # what the last orders still have to be told, at most
WORTH_IT = 10_000  # orders: to begin in two processes takes as long as to play some thousands
_MOST = 2  # parts: each has some 150 MB of memory to itself
OnProgress = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Played:
    """What a simulation left behind."""

    database: Path
    examples: tuple[Example, ...]


async def play(
    settings: Settings,
    stage: Stage,
    tape: Tape,
    *,
    span: Span,
    folder: Path,
    real: Database | None = None,
    takes_consents: bool = True,
    on_progress: OnProgress = lambda moment: None,
    parts: int | None = None,
) -> Played:
    """`folder` is empty and gets the simulation's database; `real` is only read, for customers' wishes.

    What comes of it is the same in any number of parts; None: as many as are worth it here.
    """
    url = real.url.render_as_string(hide_password=False) if real else None
    common = Scene(settings, stage, span, url, takes_consents)
    # what is left of a day's budget is for whoever comes first, which parts cannot tell
    count = 1 if settings.twilio.daily_budget else parts or _worth(tape)
    examples = await _played(common, tape, folder, parts=count, on_progress=on_progress)
    if count > 1:
        join([_place(folder, part) / FILE for part in range(count)], folder / FILE)
        if may_hang_together(folder / FILE):
            (folder / FILE).unlink()
            examples = await _played(common, tape, folder, parts=1, on_progress=on_progress)
    return Played(folder / FILE, tuple(examples.values()))


def _worth(tape: Tape) -> int:
    return 1 if tape.orders < WORTH_IT else min(_MOST, os.cpu_count() or 1)


async def _played(
    common: Scene, tape: Tape, folder: Path, *, parts: int, on_progress: OnProgress
) -> Examples:
    span, settings = common.span, common.settings
    days_of = ZoneInfo(settings.paldies.time_zone) if settings.twilio.daily_budget else None
    async with _begun(common, tape, folder, parts) as playing:
        player = Player(playing, tape, span=span, rates=rates_of(settings), days_of=days_of)
        async for moment in player.play(span.begins_at + INSTANT, span.ends_at + AFTERWARDS):
            on_progress(moment)
        examples: Examples = {}
        for some in await asyncio.gather(*(part.end() for part in playing)):
            for key, example in some.items():
                examples[key] = min(examples.get(key, example), example, key=attrgetter("turn"))
    return examples


@asynccontextmanager
async def _begun(
    common: Scene, tape: Tape, folder: Path, parts: int
) -> AsyncIterator[Sequence[House | PartApart]]:
    """One part in this process, and each of the others in one of its own."""
    async with AsyncExitStack() as stack:
        others = [
            await stack.enter_async_context(
                apart(Share(tape.path, tape.zones, number, parts, _place(folder, number)))
            )
            for number in range(1, parts)
        ]
        stack.enter_context(garbage.hardly_looked_at())
        telling = stack.enter_context(closing(tape.telling(0, parts)))
        own = await scene.begin(common, telling, _place(folder, 0) if others else folder)
        await asyncio.gather(*(other.begin(common) for other in others))
        yield [*others, own]  # so that they have heard what to do before this process is busy


def _place(folder: Path, part: int) -> Path:
    place = folder / f"part-{part}"
    place.mkdir(exist_ok=True)
    return place
