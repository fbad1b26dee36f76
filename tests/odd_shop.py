"""A shop whose tables look like nobody else's."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE "Klienti" (
    "kl nr" INTEGER PRIMARY KEY, pasts TEXT, telefons TEXT, "vārds" TEXT, valoda TEXT, "piekrīt" INTEGER
);
CREATE TABLE "Pirkumi" (
    "Nr." INTEGER PRIMARY KEY, "kam" INTEGER REFERENCES "Klienti", "kad" INTEGER, "samaksāts" INTEGER,
    "mainīts" INTEGER, "stāvoklis" TEXT, "centi" INTEGER
);
"""
_QUERY = """
SELECT p."Nr." AS id, 'B/' || p."Nr." AS number, p."stāvoklis" AS status, p."centi" AS total,
       p."kad" AS placed_at, p."samaksāts" AS paid_at, p."mainīts" AS updated_at,
       k."kl nr" AS customer_id, k.pasts AS email, k.telefons AS phone, k."vārds" AS first_name,
       k.valoda AS locale, k."piekrīt" AS accepts_sms, k."piekrīt" AS accepts_call,
       'Europe/Riga' AS time_zone
FROM "Pirkumi" AS p JOIN "Klienti" AS k ON k."kl nr" = p.kam
WHERE p."mainīts" >= :since
"""
_BOUGHT = 'INSERT INTO "Pirkumi" VALUES (?, ?, ?, ?, ?, ?, ?)'
_BUYER = 'INSERT INTO "Klienti" VALUES (?, ?, ?, ?, ?, ?)'
SETTINGS = f"""
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
"atmaksāts" = "refunded"
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
    """The shop's own database, as its programs write to it; times are Unix milliseconds, money in cents.

    What happens, happens `now`: at the machine's time, unless another is given.
    """

    path: Path

    def open(self, now: datetime | None = None) -> None:
        """Nothing can be read from it before; it has sold one thing already, a day ago."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executescript(_SCHEMA)
        self.order(1, "old@example.com", ago=86_400, now=now)

    def order(
        self,
        order_id: int,
        email: str,
        *,
        name: str = "",
        phone: str = "",
        locale: str = "",
        status: str = "apmaksāts",
        cents: int = 5990,
        ago: int = 0,
        now: datetime | None = None,
    ) -> None:
        """Placed, and unless the status says otherwise paid, so many seconds `ago` by a new customer.

        Whoever leaves a number may be rung and written to.
        """
        at = _milliseconds(now) - 1000 * ago
        paid = at if status == "apmaksāts" else None
        self._write(
            (_BUYER, (order_id, email, phone, name, locale, 1 if phone else None)),
            (_BOUGHT, (order_id, order_id, at, paid, at, status, cents)),
        )

    def orders(self, numbers: Sequence[int]) -> None:
        """Placed and paid now, each by a new customer, all at once."""
        at = _milliseconds(None)
        self._write(
            *((_BUYER, (one, address_of(one), "", "Alise", "en", None)) for one in numbers),
            *((_BOUGHT, (one, one, at, at, at, "apmaksāts", 5990)) for one in numbers),
        )

    def end(self, order_id: int, *, how: str = "atcelts", now: datetime | None = None) -> None:
        """`how`: "atcelts" (cancelled) or "atmaksāts" (refunded)."""
        changed = 'UPDATE "Pirkumi" SET "stāvoklis" = ?, "mainīts" = ? WHERE "Nr." = ?'
        self._write((changed, (how, _milliseconds(now), order_id)))

    def _write(self, *statements: tuple[str, Sequence[Any]]) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("PRAGMA synchronous = OFF")  # the shop does not fail here
            for statement, values in statements:
                connection.execute(statement, values)


def _milliseconds(at: datetime | None) -> int:
    return int(at.timestamp() * 1000) if at else time.time_ns() // 1_000_000
