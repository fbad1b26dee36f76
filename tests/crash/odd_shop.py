"""A shop whose tables look like nobody else's."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE "Klienti" (
    "kl nr" INTEGER PRIMARY KEY, pasts TEXT, telefons TEXT, "vārds" TEXT, "piekrīt" INTEGER
);
CREATE TABLE "Pirkumi" (
    "Nr." INTEGER PRIMARY KEY, "kam" INTEGER REFERENCES "Klienti", "kad" INTEGER, "samaksāts" INTEGER,
    "mainīts" INTEGER, "stāvoklis" TEXT, "centi" INTEGER
);
"""
QUERY = """
SELECT p."Nr." AS id, 'B/' || p."Nr." AS number, p."stāvoklis" AS status, p."centi" AS total,
       p."kad" AS placed_at, p."samaksāts" AS paid_at, p."mainīts" AS updated_at,
       k."kl nr" AS customer_id, k.pasts AS email, k.telefons AS phone, k."vārds" AS first_name,
       k."piekrīt" AS accepts_sms, k."piekrīt" AS accepts_call, 'Europe/Riga' AS time_zone
FROM "Pirkumi" AS p JOIN "Klienti" AS k ON k."kl nr" = p.kam
WHERE p."mainīts" >= :since
"""


def order_number(order_id: int) -> str:
    """What the buyer knows the order by."""
    return f"B/{order_id}"


def address_of(order_id: int) -> str:
    return f"buyer{order_id}@example.com"


def phone_of(order_id: int) -> str:
    """Everybody has a number of their own."""
    return f"+3712{order_id:07}"


@dataclass(frozen=True)
class OddShop:
    """The shop's own database, as its programs write to it; times are Unix milliseconds, money in cents."""

    path: Path

    def open(self, now: datetime) -> None:
        """Nothing can be read from it before; it has sold one thing already, a day ago."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executescript(_SCHEMA)
            connection.execute("PRAGMA synchronous = OFF")
        self.order(1, now, cents=1990, ago=86_400)

    def order(self, order_id: int, now: datetime, *, cents: int, ago: int = 0) -> None:
        """Placed and paid so many seconds `ago` by a new customer, who may be rung and written to."""
        at = _milliseconds(now) - 1000 * ago
        customer = (order_id, address_of(order_id), phone_of(order_id), "Alise", 1)
        self._write(
            ('INSERT INTO "Klienti" VALUES (?, ?, ?, ?, ?)', customer),
            (
                'INSERT INTO "Pirkumi" VALUES (?, ?, ?, ?, ?, ?, ?)',
                (order_id, order_id, at, at, at, "apmaksāts", cents),
            ),
        )

    def end(self, order_id: int, now: datetime, *, how: str) -> None:
        """`how`: "atcelts" (cancelled) or "atmaksāts" (refunded)."""
        changed = 'UPDATE "Pirkumi" SET "stāvoklis" = ?, "mainīts" = ? WHERE "Nr." = ?'
        self._write((changed, (how, _milliseconds(now), order_id)))

    def _write(self, *statements: tuple[str, Sequence[Any]]) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("PRAGMA synchronous = OFF")  # the shop does not fail here
            for statement, values in statements:
                connection.execute(statement, values)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
