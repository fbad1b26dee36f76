"""Ways to break the house's promises on purpose: the laboratory is honest only if it notices each of them."""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, update

from paldies.channels.base import Receipt
from paldies.outbox import claims
from paldies.outbox.batch import Ready
from paldies.outbox.claims import Claim
from paldies.outbox.composer import Composed
from paldies.outbox.ledger import Ledger
from paldies.outbox.sender import Sender
from paldies.outbox.settlements import Settlement
from paldies.outbox.settling import after_success
from paldies.store import database
from paldies.store.prepared import Prepared
from paldies.store.schema import customers

_UNIQUE = re.compile(r",\s*(CONSTRAINT\s+\S+\s+)?UNIQUE\s*\([^)]*\)", re.IGNORECASE)


def commit(name: str) -> None:
    """In the daemon's process, before it begins."""
    SABOTAGES[name]()


def _claim_after_the_send() -> None:
    """Nothing is written down before the wire is touched."""
    waiting: dict[str, Claim] = {}
    under_way: set[asyncio.Task[None]] = set()
    claim, note = Ledger.claim, Ledger.note

    async def promise(self: Ledger, wanted: Claim) -> bool:
        waiting[wanted.id] = wanted
        return True

    def keep(self: Ledger, settlement: Settlement, written: "asyncio.Future[None]") -> None:
        async def both() -> None:
            if late := waiting.pop(settlement.claim_id, None):
                await claim(self, late)
            note(self, settlement, written)

        under_way.add(task := asyncio.get_running_loop().create_task(both()))
        task.add_done_callback(under_way.discard)

    Ledger.claim, Ledger.note = promise, keep  # type: ignore[method-assign, assignment]


def _settle_before_the_send() -> None:
    """It is written down as sent, and then it is sent."""
    hand_over = Sender._hand_over

    async def boast(
        self: Sender, ready: Ready, claimed: Claim, composed: Composed, **handed: Any
    ) -> Settlement:
        done = after_success(ready.brief, claimed, Receipt("early"), self.clock.now())
        await self.ledger.settle(done)
        await hand_over(self, ready, claimed, composed, **handed)
        return done

    Sender._hand_over = boast  # type: ignore[method-assign]


def _no_revision_check() -> None:
    """Who claims no longer asks whether anything about the customer has changed."""
    claims._MOVE_REVISION = Prepared(
        update(customers)
        .where(customers.c.id == bindparam("customer"), bindparam("seen") == bindparam("seen"))
        .values(revision=customers.c.revision + 1, claim_id=bindparam("claim"))
    )


def _not_synced() -> None:
    """SQLite does not wait for the disk."""
    database.PRAGMAS["synchronous"] = "OFF"


SABOTAGES: dict[str, Callable[[], None]] = {
    "claim after the send": _claim_after_the_send,
    "settle before the send": _settle_before_the_send,
    "no revision check": _no_revision_check,
    "not synced": _not_synced,
    "no unique keys": lambda: None,  # the schema is changed instead: see `drop_unique_keys`
}
NEEDS_POWER_CUTS = frozenset({"not synced"})
NEEDS_RACES = frozenset({"no revision check"})


def drop_unique_keys(path: Path) -> None:
    """Of the tables that plan and send; while no daemon runs."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA legacy_alter_table = ON")
        for table in ("order_events", "enrolments", "messages", "attempts"):
            _rebuild(connection, table)


def _rebuild(connection: sqlite3.Connection, table: str) -> None:
    schema = connection.execute(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type = 'index'",
        (table,),
    ).fetchall()
    connection.execute("BEGIN")
    connection.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    for kind, sql in schema:
        if kind == "table":
            connection.execute(_UNIQUE.sub("", sql))
            connection.execute(f"INSERT INTO {table} SELECT * FROM old_{table}")
            connection.execute(f"DROP TABLE old_{table}")
    for kind, sql in schema:
        if kind != "table":
            connection.execute(sql.replace("CREATE UNIQUE INDEX", "CREATE INDEX"))
    connection.execute("COMMIT")
