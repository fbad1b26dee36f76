"""Lets a shop's past happen again, from its first order to the last word about it."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from paldies.daemon import Daemon
from paldies.settings import Settings
from paldies.simulation import wishes
from paldies.simulation.composing import Example, SimulatedComposer
from paldies.simulation.house import FILE, Stage, furnish
from paldies.simulation.moments import OwnMoments, be_at
from paldies.simulation.player import Player
from paldies.simulation.rounds import Rounds
from paldies.simulation.supply import RoundSupply
from paldies.simulation.tape import INSTANT, Tape
from paldies.store.database import Database

AFTERWARDS = timedelta(days=90)  # what the last orders still have to be told, at most
OnProgress = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Span:
    """What happened before is history; after its end, only what is under way goes on."""

    begins_at: datetime
    ends_at: datetime
    look_every: timedelta = timedelta(0)


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
) -> Played:
    """`folder` is empty and gets the simulation's database; `real` is only read, for customers' wishes."""
    be_at(span.begins_at)
    supplies: dict[str, RoundSupply] = {}
    house = furnish(
        settings,
        stage,
        tape,
        clock=OwnMoments(),
        folder=folder,
        supplying=lambda channel, database: supplies.setdefault(channel, RoundSupply(database)),
    )
    app = house.app
    if real:
        wishes.take_over_suppressions(real, app.database)
        if takes_consents:
            wishes.take_over_consents(real, app.database)
    daemon = Daemon(app)
    await daemon.begin()
    for shop in app.shops:  # what they know at the beginning is history
        await daemon.watch(shop)
    await daemon.plan()
    rounds = Rounds(house, tape, supplies, look_every=span.look_every)
    player = Player(rounds, tape, told_until=span.ends_at, look_every=span.look_every)
    with _seldom_tidied():
        async for moment in player.play(span.begins_at + INSTANT, span.ends_at + AFTERWARDS):
            on_progress(moment)
    await daemon.end(patience=5)
    composer = app.composer
    assert isinstance(composer, SimulatedComposer)  # noqa: S101 - `furnish` saw to it
    return Played(folder / FILE, tuple(composer.examples.values()))


@contextmanager
def _seldom_tidied() -> Iterator[None]:
    """Looking for objects that hold each other costs a fifth of the time, and finds next to nothing here."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
