"""The simulation's own database: it has to outlive nothing, and nobody waits for it but the simulation."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import event, text
from sqlmodel import Session

from paldies.store import migrations
from paldies.store.database import Database

P = ParamSpec("P")
T = TypeVar("T")

# A power cut ends the simulation as well, so that nothing has to be safe from one.
_PRAGMAS = {
    "synchronous": "OFF",
    "cache_size": "-65536",
    "wal_autocheckpoint": "10000",
    "foreign_keys": "OFF",
}

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
        for engine in (self.engine, self._reading):
            event.listen(engine, "connect", _hurry)
        migrations.upgrade(self)
        self.now(_count_what_is_put_off)

    async def run(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.now(f, *args, **kwargs)

    async def read(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.look(f, *args, **kwargs)


def _hurry(connection: sqlite3.Connection, _: object) -> None:
    for name, value in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")


def _count_what_is_put_off(session: Session) -> None:
    table, _, trigger = _PUT_OFF.partition(";")
    for statement in (table, trigger):
        session.connection().execute(text(statement))
