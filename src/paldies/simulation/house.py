"""The house as it runs, but with another clock, another store and other providers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from paldies import bootstrap
from paldies.bootstrap import App
from paldies.clock import SteppedClock
from paldies.orders.watched import WatchedShop
from paldies.orders.watcher import Watcher
from paldies.settings import Settings, Staff
from paldies.simulation.behaviour import Behaviour
from paldies.simulation.composing import SimulatedComposer, ThoroughComposer
from paldies.simulation.providers import make_providers
from paldies.simulation.scratch import Scratch
from paldies.simulation.shop import PlayedShop
from paldies.simulation.tape import Tape

FILE = "simulation.db"
_NEVER_STALE = timedelta(days=100_000)  # a shop is looked at when it has news, and need not be asked before


@dataclass(frozen=True, slots=True)
class Stage:
    """What a simulation changes about the settings."""

    templates: Path
    behaviour: Behaviour
    email_price: Decimal = Decimal(0)
    renders_all: bool = False


def furnish(
    settings: Settings,
    stage: Stage,
    tape: Tape,
    *,
    clock: SteppedClock,
    folder: Path,
    look_every: timedelta = timedelta(0),
) -> App:
    """Everything else is as it will be live: hours, rates, budget, rules. Raises SetUpError."""
    database = Scratch(folder / FILE)
    main = settings.paldies.model_copy(
        update={"mode": "live", "templates": stage.templates, "state_dir": folder, "send_only_to": ()}
    )
    app = bootstrap.build(
        settings.model_copy(update={"paldies": main, "shops": (), "staff": Staff()}),
        clock=clock,
        channels=make_providers(settings, stage.behaviour, clock, email_price=stage.email_price),
        database=database,
        look_every=look_every,
        composing=ThoroughComposer if stage.renders_all else SimulatedComposer,
    )
    return replace(app, shops=_shops(tape, database, clock, country=main.country))


def _shops(tape: Tape, database: Scratch, clock: SteppedClock, *, country: str) -> Sequence[WatchedShop]:
    return [
        WatchedShop(
            Watcher(database, PlayedShop(name, tape, clock), home_zone=zone.key, country=country),
            poll=_NEVER_STALE,
        )
        for name, zone in sorted(tape.zones.items())
    ]
