"""Lets a shop's past happen again, from its first order to the last word about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from paldies.clock import SteppedClock
from paldies.playback import Playback
from paldies.settings import Settings
from paldies.simulation import wishes
from paldies.simulation.composing import Example, SimulatedComposer
from paldies.simulation.house import FILE, Stage, furnish
from paldies.simulation.tape import Tape
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
    clock = SteppedClock(span.begins_at)
    app = furnish(settings, stage, tape, clock=clock, folder=folder, look_every=span.look_every)
    if real:
        wishes.take_over_suppressions(real, app.database)
        if takes_consents:
            wishes.take_over_consents(real, app.database)
    playback = Playback(app, clock, look_every=span.look_every)
    await playback.begin()
    await playback.hear()
    while (told_at := tape.next_after(clock.now())) and told_at <= span.ends_at:
        await playback.pass_until(playback.rounded_up(told_at))
        await playback.hear()
        on_progress(clock.now())
    await playback.pass_until(span.ends_at + AFTERWARDS)
    await playback.end()
    composer = app.composer
    assert isinstance(composer, SimulatedComposer)  # noqa: S101 - `furnish` saw to it
    return Played(folder / FILE, tuple(composer.examples.values()))
