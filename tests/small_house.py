"""A folder in which paldies works beside the odd shop."""

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from shutil import ignore_patterns
from typing import Any

from paldies.templates.bundled import bundled_templates
from tests.small_shop import QUERY, OddShop

PROMPT = 15.0  # seconds within which whatever a test waits for must have come

_SETTINGS = f"""
[paldies]
mode = "live"
time_zone = "Europe/Riga"
locale = "en"
[shop]
name = "Bērzs"
email = "hello@berzs.example"
[[shops]]
name = "tirgus"
kind = "sql"
url = "sqlite:///tirgus.db"
query = '''{QUERY}'''
since = "epoch_ms"
poll = "1s"
currency = "EUR"
minor_units = true
[shops.status]
"jauns" = "pending"
"apmaksāts" = "paid"
"atcelts" = "cancelled"
[email]
from = "Anna <anna@berzs.example>"
connections = 4
[web]
port = 0
"""


@dataclass(frozen=True)
class House:
    """A folder with paldies.toml, texts, the shop's database and ours, and the daemon's log."""

    folder: Path

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

    @property
    def config(self) -> Path:
        return self.folder / "paldies.toml"

    @property
    def database(self) -> Path:
        return self.folder / "paldies.db"

    @property
    def log(self) -> Path:
        return self.folder / "daemon.log"

    def text(self, name: str) -> Path:
        return self.folder / "message_templates" / name

    def environment(self, smtp_url: str, *, fault: str = "") -> dict[str, str]:
        """For a process that works here: nothing of ours from outside."""
        outside = {name: value for name, value in os.environ.items() if not name.startswith("PALDIES_")}
        return {**outside, "PALDIES_EMAIL_URL": smtp_url, "PALDIES_FAULT": fault}

    def told(self, event: str, **said: str) -> list[dict[str, str]]:
        """The daemon's log lines about this event that say just this."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        told = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [line for line in told if line["event"] == event and said.items() <= line.items()]

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(self.database)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(query, values).fetchall()


def eventually(question: Callable[[], Any], *, within: float = PROMPT) -> Any:
    """Its first answer that is true; fails the test if there is none in so many seconds."""
    end = time.monotonic() + within
    while not (answer := question()):
        assert time.monotonic() < end, f"it did not come about within {within:g} s"
        time.sleep(0.02)
    return answer
