"""A shop whose tables look like nobody else's."""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE "Klienti" ("kl nr" INTEGER PRIMARY KEY, pasts TEXT, "vārds" TEXT, valoda TEXT);
CREATE TABLE "Pirkumi" (
    "Nr." INTEGER PRIMARY KEY, "kam" INTEGER REFERENCES "Klienti", "kad" INTEGER, "samaksāts" INTEGER,
    "mainīts" INTEGER, "stāvoklis" TEXT, "centi" INTEGER
);
"""
QUERY = """
SELECT p."Nr." AS id, 'B/' || p."Nr." AS number, p."stāvoklis" AS status, p."centi" AS total,
       p."kad" AS placed_at, p."samaksāts" AS paid_at, p."mainīts" AS updated_at,
       k."kl nr" AS customer_id, k.pasts AS email, k."vārds" AS first_name, k.valoda AS locale
FROM "Pirkumi" AS p JOIN "Klienti" AS k ON k."kl nr" = p.kam
WHERE p."mainīts" >= :since
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

    def orders(self, numbers: Iterable[int]) -> None:
        """Placed and paid now, each by a new customer, all at once."""
        now = _now()
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for number in numbers:
                buyer = (number, f"buyer{number}@example.com", "Alise", "en")
                connection.execute('INSERT INTO "Klienti" VALUES (?, ?, ?, ?)', buyer)
                order = (number, number, now, now, now, "apmaksāts", 5990)
                connection.execute('INSERT INTO "Pirkumi" VALUES (?, ?, ?, ?, ?, ?, ?)', order)

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
