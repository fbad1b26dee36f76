"""Where a part of a simulation is played: a house that begins with what was said before."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from paldies.daemon import Daemon
from paldies.settings import Settings
from paldies.simulation import wishes
from paldies.simulation.composing import Examples, SimulatedComposer
from paldies.simulation.house import Stage, furnish
from paldies.simulation.moments import OwnMoments, be_at
from paldies.simulation.part import Part
from paldies.simulation.rounds import Rounds
from paldies.simulation.span import Span
from paldies.simulation.supply import RoundSupply
from paldies.simulation.telling import Telling
from paldies.store.database import Database


@dataclass(frozen=True, slots=True)
class Scene:
    """What is the same for all parts."""

    settings: Settings
    stage: Stage
    span: Span
    real: str | None  # a database, only read, for customers' wishes
    takes_consents: bool


class House:
    """A part, and the daemon in whose house it is played."""

    def __init__(self, part: Part, daemon: Daemon) -> None:
        self.first, self.open, self.play = part.first, part.open, part.play
        self._daemon = daemon

    async def end(self) -> Examples:
        """The texts that were filled in; the database is closed then."""
        await self._daemon.end(patience=5)
        composer = self._daemon.app.composer
        assert isinstance(composer, SimulatedComposer)  # noqa: S101 - `furnish` saw to it
        return composer.examples


async def begin(scene: Scene, telling: Telling, folder: Path) -> House:
    """`folder` is empty and gets the part's database."""
    be_at(scene.span.begins_at)
    supplies: dict[str, RoundSupply] = {}
    furnished = furnish(
        scene.settings,
        scene.stage,
        telling,
        clock=OwnMoments(),
        folder=folder,
        supplying=lambda channel, database: supplies.setdefault(channel, RoundSupply(database)),
    )
    app = furnished.app
    if scene.real:
        with closing(Database(scene.real)) as real:
            wishes.take_over_suppressions(real, app.database)
            if scene.takes_consents:
                wishes.take_over_consents(real, app.database)
    daemon = Daemon(app)
    await daemon.begin()
    for shop in app.shops:  # what they know at the beginning is history
        await daemon.watch(shop)
    await daemon.plan()
    return House(Part(Rounds(furnished, telling, supplies), telling, span=scene.span), daemon)
