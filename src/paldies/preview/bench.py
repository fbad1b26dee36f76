"""What lies on the bench of somebody who writes texts: the texts, the shop's orders, what things cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from paldies.campaigns.traits import Traits
from paldies.settings import Settings
from paldies.store.database import Database
from paldies.templates.library import Library
from paldies.templates.lint.carriers import Carriers
from paldies.templates.values import ShopCard


@dataclass(frozen=True)
class Bench:
    settings: Settings
    database: Database
    library: Library  # without a memory: what is broken now is to be seen
    traits: Mapping[str, Traits]
    carriers: Carriers
    at_work: Lock = field(default_factory=Lock)  # a library is refreshed by one at a time

    @property
    def folder(self) -> Path:
        return self.library.folder

    @property
    def shop(self) -> ShopCard:
        return ShopCard(**self.settings.shop.model_dump())

    @property
    def public_url(self) -> str:
        return self.settings.paldies.public_url

    @property
    def home_zone(self) -> str:
        return self.settings.paldies.time_zone
