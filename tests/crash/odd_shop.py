"""A shop whose tables look like nobody else's, and a house of paldies beside it."""

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paldies.templates.bundled import bundled_templates

PROMPT = 15.0  # seconds within which whatever a test waits for must have come

_SCHEMA = """
CREATE TABLE "Klienti" ("kl nr" INTEGER PRIMARY KEY, pasts TEXT, "vārds" TEXT, valoda TEXT);
CREATE TABLE "Pirkumi" (
    "Nr." INTEGER PRIMARY KEY, "kam" INTEGER REFERENCES "Klienti", "kad" INTEGER, "samaksāts" INTEGER,
    "mainīts" INTEGER, "stāvoklis" TEXT, "centi" INTEGER
);
"""
_QUERY = """
SELECT p."Nr." AS id, 'B/' || p."Nr." AS number, p."stāvoklis" AS status, p."centi" AS total,
       p."kad" AS placed_at, p."samaksāts" AS paid_at, p."mainīts" AS updated_at,
       k."kl nr" AS customer_id, k.pasts AS email, k."vārds" AS first_name, k.valoda AS locale
FROM "Pirkumi" AS p JOIN "Klienti" AS k ON k."kl nr" = p.kam
WHERE p."mainīts" >= :since
"""
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
query = '''{_QUERY}'''
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


def order_number(order_id: int) -> str:
    """What the buyer knows the order by."""
    return f"B/{order_id}"


@dataclass(frozen=True)
class OddShop:
    """The shop's own database, as its programs write to it; times are Unix milliseconds, money in cents."""

    path: Path

    def open(self) -> None:
        """Nothing can be read from it before; it has sold one thing already, a day ago."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executescript(_SCHEMA)
        self.order(1, "old@example.com", ago=86400)

    def order(
        self,
        order_id: int,
        email: str,
        *,
        name: str = "",
        locale: str = "",
        status: str = "apmaksāts",
        ago: int = 0,
    ) -> None:
        """Placed, and unless the status says otherwise paid, so many seconds `ago` by a new customer."""
        now = _now() - 1000 * ago
        paid = now if status == "apmaksāts" else None
        self._write(
            ('INSERT INTO "Klienti" VALUES (?, ?, ?, ?)', (order_id, email, name, locale)),
            (
                'INSERT INTO "Pirkumi" VALUES (?, ?, ?, ?, ?, ?, ?)',
                (order_id, order_id, now, paid, now, status, 5990),
            ),
        )

    def cancel(self, order_id: int) -> None:
        self._write(
            (
                'UPDATE "Pirkumi" SET "stāvoklis" = ?, "mainīts" = ? WHERE "Nr." = ?',
                ("atcelts", _now(), order_id),
            )
        )

    def _write(self, *statements: tuple[str, Sequence[Any]]) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for statement, values in statements:
                connection.execute(statement, values)


def _now() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class House:
    """A folder with paldies.toml, texts, the shop's database and ours, and the daemon's log."""

    folder: Path

    @classmethod
    def built(cls, folder: Path, first_day: str, *, mode: str = "live") -> "House":
        """With the shipped texts, and `first_day` for their campaign.toml; the shop cannot be read yet."""
        shutil.copytree(bundled_templates(), folder / "message_templates")
        (folder / "message_templates/first_day/campaign.toml").write_text(first_day)
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
