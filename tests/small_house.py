"""A folder in which paldies works beside the odd shop."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import ignore_patterns

from paldies.templates.bundled import bundled_templates
from tests import odd_shop
from tests.odd_shop import OddShop
from tests.workplace import Workplace, outside

CONNECTIONS = 4  # to the mail server

_SETTINGS = f"""
[paldies]
mode = "live"
time_zone = "Europe/Riga"
locale = "en"
[shop]
name = "Bērzs"
email = "hello@berzs.example"
{odd_shop.SETTINGS}
[email]
from = "Anna <anna@berzs.example>"
connections = {CONNECTIONS}
[web]
port = 0
"""


@dataclass(frozen=True)
class House(Workplace):
    @classmethod
    def built(
        cls,
        folder: Path,
        first_day: str,
        texts: Mapping[str, str] | None = None,
        *,
        mode: str = "live",
    ) -> "House":
        """`first_day` is that campaign's campaign.toml; `texts`, by file name, take the place of all shipped
        ones, which are half a second's work at every start. The shop cannot be read yet.
        """
        templates = folder / "message_templates"
        shutil.copytree(bundled_templates(), templates, ignore=ignore_patterns("*.md") if texts else None)
        for name, text in {"campaign.toml": first_day, **(texts or {})}.items():
            (templates / "first_day" / name).write_text(text)
        (folder / "paldies.toml").write_text(_SETTINGS.replace('mode = "live"', f'mode = "{mode}"'))
        return cls(folder)

    @property
    def shop(self) -> OddShop:
        return OddShop(self.folder / "tirgus.db")

    def text(self, name: str) -> Path:
        return self.folder / "message_templates" / name

    def environment(self, smtp_url: str) -> dict[str, str]:
        """For a process that works here."""
        return {**outside(), "PALDIES_EMAIL_URL": smtp_url}
