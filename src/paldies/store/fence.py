"""Notices that a database was restored or copied: until a person adopts it, nothing is sent from it.

A counter, the epoch, is kept in the database and in a file of `state_dir`, which is no part of a copy or of a
backup. It is raised at every start and stop, every minute, and soon after anything was claimed. What the two
say to each other depends on the kind of database: see file_fence and shared_fence.
"""

from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from sqlalchemy.orm import Session

from paldies.store.database import Database
from paldies.store.installation import own_row
from paldies.store.state_file import Kept, StateFile
from paldies.store.tables import Instance

BACKUP = -1  # the epoch of a copy that we made ourselves: wherever it is started, it is a copy
LONGEST_SILENCE = timedelta(minutes=65)  # between two beats; a clock that is put right by an hour is none


class Fence(ABC):
    """Its methods block, and raise OSError if `state_dir` cannot be read or written."""

    def __init__(self, database: Database, state_dir: Path) -> None:
        self._database = database
        self._folder = state_dir
        self._left_at: Kept | None = None  # by this very process
        self._beating = Lock()

    def begin(self, now: datetime) -> str:
        """At a start. Why nothing may be sent, in a sentence; empty if nothing stands in the way."""
        row = self._row()
        why = self.beat(now)
        if not why and _was_silent(row, now):
            self._database.now(_set_awake, now)
        return why

    def beat(self, now: datetime) -> str:
        """A sign of life, and one step further if all is as it was left. As `begin`.

        One at a time: two would take both steps in the database before either is in the file.
        """
        with self._beating:
            return self._step(now)

    @abstractmethod
    def _step(self, now: datetime) -> str:
        """See `beat`."""

    def end(self, now: datetime) -> None:
        """At a clean stop: what is copied from now on is no older than what was sent."""
        try:
            self.beat(now)
        finally:
            self._database.now(_set_stopped, now)

    @abstractmethod
    def trouble(self) -> str:
        """As `begin`, without touching anything."""

    @abstractmethod
    def adopt(self, now: datetime) -> None:
        """This database is the one from now on; what was due until now waits for a person."""

    def _row(self) -> Instance:
        return self._found() or self._database.now(own_row)

    def _found(self) -> Instance | None:
        return self._database.look(lambda session: session.get(Instance, 1))

    def _file(self, row: Instance) -> StateFile:
        return StateFile(self._folder, row.uuid)


def moved_away(row: Instance) -> str:
    """Why a database sends nothing whose shop was carried over to another."""
    return f"this shop was carried over to {row.moved_to}" if row.moved_to else ""


def note_beat(row: Instance, now: datetime) -> None:
    row.heartbeat_at = now
    if row.woke_at and row.woke_at > now:  # the clock was wrong then: nobody is to wait until it is that late
        row.woke_at = now


def _was_silent(row: Instance, now: datetime) -> bool:
    """No clean stop explains that nothing was heard since the last beat."""
    if row.heartbeat_at is None or (row.stopped_at and row.stopped_at >= row.heartbeat_at):
        return False
    return now - row.heartbeat_at > LONGEST_SILENCE


def _set_awake(session: Session, now: datetime) -> None:
    session.get_one(Instance, 1).woke_at = now


def _set_stopped(session: Session, now: datetime) -> None:
    session.get_one(Instance, 1).stopped_at = now
