"""Which processes share the outbox: each answers every few seconds, and one that falls silent is noticed."""

import asyncio
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from paldies import __version__
from paldies.campaigns.words import MessageStatus
from paldies.clock import Clock
from paldies.outbox.engines.hands import let_go
from paldies.outbox.sender import Alerts
from paldies.store.alive import SignOfLife, certainly_dead, forget
from paldies.store.database import Database
from paldies.store.schema import messages, processes
from paldies.store.statuses import has_status

SILENCE = 30  # seconds; everybody answers six times as often
APART = timedelta(seconds=30)  # a clock that differs more from the database's is wrong

_NOW = func.clock_timestamp()
_IS_GONE = or_(
    processes.c.seen_at < _NOW - text(f"interval '{SILENCE} seconds'"), processes.c.died_at.is_not(None)
)
_STILL_SENDS = (
    select(messages.c.id).where(has_status(MessageStatus.SENDING), messages.c.claimed_by == processes.c.name)
).exists()


class Roll:
    """One process's place in it. Who is gone is known for certain on its own machine, by time elsewhere."""

    def __init__(
        self, database: Database, process: str, *, state_dir: Path, clock: Clock, alerts: Alerts
    ) -> None:
        self._database = database
        self._process = process
        self._folder = state_dir / "processes"
        self._sign = SignOfLife(self._folder, process)
        self._clock = clock
        self._alerts = alerts
        self._told: set[str] = set()
        self.is_clock_wrong = False  # then nothing is to be sent: it would come at a wrong hour

    async def begin(self) -> None:
        """Raises OSError if `state_dir` cannot be written."""
        await asyncio.to_thread(self._sign.begin)
        await self.answer()

    async def answer(self) -> None:
        """A sign of life; and word of those that have died here."""
        dead = await asyncio.to_thread(certainly_dead, self._folder)
        at = await self._database.run(_answer, self._process, dead)
        for process in dead:
            forget(self._folder, process)
        offset = self._clock.now() - at
        self.is_clock_wrong = abs(offset) > APART
        if self.is_clock_wrong:
            self._alerts.tell(
                f"clock of {socket.gethostname()}",
                f"The clock of {socket.gethostname()} is {offset.total_seconds():+.0f} seconds off the "
                "database's: nothing is sent from there until it is right.",
            )

    async def call(self) -> None:
        """Finds who is silent; their messages are other processes' from then on, as the doubt rule allows."""
        for name, host in await self._database.run(_gone):
            if name not in self._told:
                self._told.add(name)
                self._alerts.tell(
                    f"process {name}",
                    f"The process {name} on {host} has ended without a word, or answers no more."
                    " Others go on; what it was just sending is looked into.",
                )

    async def end(self) -> None:
        await self._database.run(_leave, self._process)
        self._sign.end()


def _answer(session: Session, process: str, dead: Sequence[str]) -> datetime:
    """The database's time."""
    seen = {"seen_at": _NOW, "died_at": None}
    session.execute(
        insert(processes)
        .values(name=process, host=socket.gethostname(), version=__version__, began_at=_NOW, **seen)
        .on_conflict_do_update(index_elements=[processes.c.name], set_=seen)
    )
    if dead:
        session.execute(update(processes).where(processes.c.name.in_(dead)).values(died_at=_NOW))
    at: datetime = session.execute(select(_NOW)).scalar_one()
    return at


def _gone(session: Session) -> list[tuple[str, str]]:
    """Name and host; a row stays as long as there is something that its process was sending."""
    found = [(row.name, row.host) for row in session.execute(select(processes).where(_IS_GONE))]
    if found:
        session.execute(delete(processes).where(_IS_GONE, ~_STILL_SENDS))
    return found


def _leave(session: Session, process: str) -> None:
    session.execute(delete(processes).where(processes.c.name == process))
    let_go(session, process)
