"""The simulation's own database: it has to outlive nothing, and nobody waits for it but the simulation."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import event, text
from sqlmodel import Session

from paldies.store import migrations
from paldies.store.database import Database

T = TypeVar("T")

# A power cut ends the simulation as well, so that nothing has to be safe from one; and nobody else looks in.
_PRAGMAS = {
    "locking_mode": "EXCLUSIVE",
    "journal_mode": "MEMORY",
    "synchronous": "OFF",
    "cache_size": "-16384",  # in KiB: what a shop does in some weeks, and the rest is seldom looked at
    "foreign_keys": "OFF",
}

# What they are for is not done here: to look while something urgent waits, to throw away what is old, and to
# find what somebody asks about by a number.
_UNUSED = (
    "messages_urgent", "messages_ended", "attempts_costly", "attempts_kept", "ix_attempts_message_id",
    "ix_orders_number",
)  # fmt: skip

# What is put off and leaves after all forgets that it was put off: the database itself counts it meanwhile.
_PUT_OFF = """
CREATE TABLE put_off (message_id INTEGER, reason TEXT, times INTEGER, PRIMARY KEY (message_id, reason))
  WITHOUT ROWID;
CREATE TRIGGER message_put_off AFTER UPDATE OF send_at ON messages
  WHEN new.status = 'scheduled' AND new.reason NOT IN ('', 'planned') AND new.send_at > old.send_at
BEGIN
  INSERT INTO put_off VALUES (new.id, new.reason, 1)
    ON CONFLICT (message_id, reason) DO UPDATE SET times = times + 1;
END
"""


class Scratch(Database):
    """Called on the loop: there is nothing else to do meanwhile, and a change of threads costs 0.1 ms."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"sqlite:///{path}")
        self._reading = self.engine  # one connection: what it has in its cache is always right
        event.listen(self.engine, "connect", _hurry)
        migrations.upgrade(self)
        self.now(_prepare)

    @staticmethod
    async def _off_loop(pool: ThreadPoolExecutor, f: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        return f(*args, **kwargs)


def _hurry(connection: sqlite3.Connection, _: object) -> None:
    for name, value in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")


def _prepare(session: Session) -> None:
    table, _, trigger = _PUT_OFF.partition(";")
    for statement in (table, trigger, *(f"DROP INDEX {name}" for name in _UNUSED)):
        session.connection().execute(text(statement))
