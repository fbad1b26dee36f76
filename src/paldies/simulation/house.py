"""The house as it runs, but with another clock, another store and other providers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from paldies.bootstrap.app import App
from paldies.bootstrap.building import build
from paldies.bootstrap.channels import rate_of
from paldies.channels import TRAITS
from paldies.clock import Clock
from paldies.orders.watched import WatchedShop
from paldies.orders.watcher import Watcher
from paldies.outbox.supply import Supply
from paldies.settings import Settings, Staff
from paldies.simulation.behaviour import Behaviour
from paldies.simulation.composing import SimulatedComposer, ThoroughComposer
from paldies.simulation.providers import make_providers
from paldies.simulation.scratch import Scratch
from paldies.simulation.shop import PlayedShop
from paldies.simulation.telling import Telling
from paldies.store.database import Database

FILE = "simulation.db"
_NEVER_STALE = timedelta(days=100_000)  # a shop is looked at when it has news, and need not be asked before


@dataclass(frozen=True, slots=True)
class Stage:
    """What a simulation changes about the settings."""

    templates: Path
    behaviour: Behaviour
    email_price: Decimal = Decimal(0)
    renders_all: bool = False


@dataclass(frozen=True, slots=True)
class Furnished:
    """The house and its shops, by name."""

    app: App
    watchers: Mapping[str, Watcher]


def furnish(
    settings: Settings,
    stage: Stage,
    telling: Telling,
    *,
    clock: Clock,
    folder: Path,
    supplying: Callable[[str, Database], Supply],
) -> Furnished:
    """Everything else is as it will be live: hours, rates, budget, rules. Raises SetUpError."""
    database = Scratch(folder / FILE)
    live = as_live(settings)
    main = live.paldies.model_copy(
        update={"templates": stage.templates, "state_dir": folder, "send_only_to": ()}
    )
    app = build(
        live.model_copy(update={"paldies": main, "shops": (), "staff": Staff()}),
        clock=clock,
        channels=make_providers(settings, stage.behaviour, clock, email_price=stage.email_price),
        database=database,
        supplying=supplying,
        composing=ThoroughComposer if stage.renders_all else SimulatedComposer,
    )
    watchers = {
        name: Watcher(database, PlayedShop(name, telling, clock), home_zone=zone.key, country=main.country)
        for name, zone in sorted(telling.zones.items())
    }
    return Furnished(
        app=replace(app, shops=[WatchedShop(watcher, poll=_NEVER_STALE) for watcher in watchers.values()]),
        watchers=watchers,
    )


def rates_of(settings: Settings) -> dict[str, str]:
    """By channel, as in the settings."""
    live = as_live(settings)
    return {name: rate_of(name, live) for name in TRAITS}


def as_live(settings: Settings) -> Settings:
    """In rehearsal nothing is spared; what is asked here is how it would be live."""
    return settings.model_copy(update={"paldies": settings.paldies.model_copy(update={"mode": "live"})})
