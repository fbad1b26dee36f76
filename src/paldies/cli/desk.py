"""What most commands work at: the settings, the database of the mode, plans and texts."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import typer
from sqlmodel import Session

from paldies import logs
from paldies.bootstrap.databases import open_database
from paldies.campaigns.traits import Traits
from paldies.channels import TRAITS
from paldies.configuration import load
from paldies.outbox.drafts import Drafts, read_drafts
from paldies.outbox.plans import Plans
from paldies.settings import Settings
from paldies.store.database import Database
from paldies.templates.faults import Problem
from paldies.templates.library import Library
from paldies.templates.memory import Notebook, load_texts, save_texts
from paldies.templates.values import ShopCard

P = ParamSpec("P")
T = TypeVar("T")


def read_settings(ctx: typer.Context) -> Settings:
    """Those of the file that --config names. Raises ConfigurationError."""
    return load(config_path(ctx))


def config_path(ctx: typer.Context) -> Path:
    path = ctx.find_root().obj
    if not isinstance(path, Path):
        raise TypeError("a command was called without the one around it")
    return path


def as_live(settings: Settings) -> Settings:
    """The same settings, with the channels that would really send."""
    return settings.model_copy(update={"paldies": settings.paldies.model_copy(update={"mode": "live"})})


@dataclass(frozen=True)
class Desk:
    settings: Settings
    database: Database
    now: datetime
    traits: Mapping[str, Traits]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.home_zone)

    @property
    def home_zone(self) -> str:
        return self.settings.paldies.time_zone

    @property
    def shop(self) -> ShopCard:
        return ShopCard(**self.settings.shop.model_dump())

    @property
    def where(self) -> str:
        """Said with every list in rehearsal, which has a database of its own."""
        return " · rehearsal" if self.settings.is_rehearsal else ""

    def foot(self, shown: int, limit: int) -> str:
        """What to say below a list of the latest."""
        return f"The latest {limit}; more with --limit{self.where}" if shown == limit else self.where[3:]

    @cached_property
    def plans(self) -> Plans:
        return Plans(self.traits)

    @cached_property
    def library(self) -> Library:
        """With the last good version of what is broken now."""
        main = self.settings.paldies
        return Library(main.templates, locale=main.locale, memory=Notebook(self.look(load_texts)))

    @cached_property
    def _published_texts(self) -> tuple[Library, Notebook]:
        """As the daemon has them: what is edited may wait to be published."""
        main, memory = self.settings.paldies, Notebook(self.look(load_texts))
        library = Library(main.templates, locale=main.locale, memory=memory, autopublish=main.autopublish)
        library.refresh()
        return library, memory

    def waiting_texts(self, campaign: str) -> list[str]:
        """The files of texts that wait to be published; none unless `autopublish` is off."""
        if self.settings.paldies.autopublish:
            return []
        return [text.file for text in self._published_texts[0].waiting(campaign)]

    def publish_texts(self, campaign: str) -> None:
        """Makes them live; a daemon that runs takes them over within a second or two."""
        library, memory = self._published_texts
        library.publish(campaign)
        self.write(save_texts, memory.unsaved(), now=self.now)

    @cached_property
    def text_problems(self) -> list[Problem]:
        return self.library.refresh()

    @cached_property
    def drafts(self) -> Drafts:
        """The campaigns in the templates folder."""
        self.library.refresh()
        names = {(text.name.campaign, text.name.step, text.name.channel) for text in self.library.texts()}
        return read_drafts(self.settings.paldies.templates, self.traits, names)

    def look(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.database.look(f, *args, **kwargs)

    def write(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.database.now(f, *args, **kwargs)


@contextmanager
def sit_down(ctx: typer.Context) -> Iterator[Desk]:
    """Opens everything; raises what `load` and the database raise."""
    settings = read_settings(ctx)
    logs.configure(level=logging.WARNING, secrets=settings.secrets)
    database = open_database(settings)
    try:
        yield Desk(settings, database, datetime.now(UTC), TRAITS)
    finally:
        database.close()
