"""Notices that an SQLite database was restored or copied: until a person adopts it, nothing is sent from it.

A counter, the epoch, is kept in the database and in a file of `state_dir`, which is no part of a copy or of a
backup. It is raised at every start and stop, every minute, and soon after anything was claimed: the database
first, then the file. So a database is where its file left it, or one step ahead if the process died between
the two; one that is behind is older than what was sent from it. The file is there before the first raise, so
a database that has lived and has no file came from elsewhere. It names the place of the database as well, as
a folder may be copied with everything in it.
"""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy.orm import Session

from paldies.store.database import Database
from paldies.store.state_file import Kept, StateFile
from paldies.store.tables import Instance

BACKUP = -1  # the epoch of a copy that we made ourselves: wherever it is started, it is a copy
LONGEST_SILENCE = timedelta(minutes=65)  # between two beats; a clock that is put right by an hour is none


class Fence:
    """Its methods block, and raise OSError if `state_dir` cannot be read or written."""

    def __init__(self, database: Database, state_dir: Path) -> None:
        self._database = database
        self._folder = state_dir
        self._left_at: Kept | None = None  # by this very process

    def begin(self, now: datetime) -> str:
        """At a start. Why nothing may be sent, in a sentence; empty if nothing stands in the way."""
        row = self._row() or self._database.now(made_row)
        if row.epoch == 0 and self._file(row).read() is None:
            self._file(row).write(Kept(0, self._place()))
        why = self.beat(now)
        if not why and was_silent(row, now):
            self._database.now(set_awake, now)
        return why

    def beat(self, now: datetime) -> str:
        """A sign of life, and one step further if all is as it was left. As `begin`.

        What was only set wrong, such as the name of `state_dir`, is forgiven once it is right again.
        """
        row = self._row() or self._database.now(made_row)
        try:
            kept = self._file(row).read() or self._left_at  # a file that was deleted under our hands
            why = self._difference(row, kept)
            if not why and kept and kept.epoch < row.epoch:  # we were stopped between the two writes
                self._file(row).write(Kept(row.epoch, self._place()))
        except OSError:
            self._database.now(_beat, now, fence=row.fence, step=0)
            raise
        epoch = self._database.now(_beat, now, fence=why, step=0 if why else 1)
        if not why:
            self._left_at = Kept(epoch, self._place())
            self._file(row).write(self._left_at)
        return why

    def end(self, now: datetime) -> None:
        """At a clean stop: what is copied from now on is no older than what was sent."""
        try:
            self.beat(now)
        finally:
            self._database.now(set_stopped, now)

    def trouble(self) -> str:
        """As `begin`, without touching anything."""
        row = self._row()
        return self._difference(row, self._file(row).read()) if row else ""

    def adopt(self, now: datetime) -> None:
        """This database is the one from now on; what was due until now waits for a person.

        The file goes first: whatever else runs on another copy finds itself shut out at its next beat, and
        until the database follows, this one stays shut as well.
        """
        row = self._row() or self._database.now(made_row)
        kept = self._file(row).read()
        epoch = max(row.epoch, kept.epoch if kept else 0, 0) + 1
        self._file(row).write(Kept(epoch, self._place()))
        self._database.now(_take_over, epoch, now)

    def _difference(self, row: Instance, kept: Kept | None) -> str:
        """What tells this database from the one that was left here; empty if it is the same."""
        folder = self._folder
        if away := moved_away(row):
            return away
        if row.epoch == BACKUP:
            return "this database is a backup that was put in place"
        if kept is None:
            return f"this database was restored or copied: {folder} has no record of it" if row.epoch else ""
        if kept.place != self._place():
            return f"this is a copy of the database that {folder} knows, which may still be in use"
        if kept.epoch > row.epoch:
            return f"this database is older than {folder} knows it: it was restored, or another copy has run"
        if kept.epoch < row.epoch - 1:
            return f"{folder} knows this database as it was long ago: one of the two was restored or copied"
        return ""

    def _row(self) -> Instance | None:
        return self._database.look(lambda session: session.get(Instance, 1))

    def _file(self, row: Instance) -> StateFile:
        return StateFile(self._folder, row.uuid)

    def _place(self) -> str:
        """What a copy cannot have in common with the original. Not the path: a folder may be moved."""
        return f"inode {Path(self._database.url.database or '').stat().st_ino}"


def moved_away(row: Instance) -> str:
    """Why a database sends nothing whose shop was carried over to another."""
    return f"this shop was carried over to {row.moved_to}" if row.moved_to else ""


def made_row(session: Session) -> Instance:
    row = session.get(Instance, 1) or Instance(uuid=str(uuid4()))
    session.add(row)
    return row


def _beat(session: Session, now: datetime, *, fence: str, step: int) -> int:
    """The epoch that it comes to."""
    row = session.get_one(Instance, 1)
    row.fence = fence
    row.epoch += step
    row.heartbeat_at = now
    if row.woke_at and row.woke_at > now:  # the clock was wrong then: nobody is to wait until it is that late
        row.woke_at = now
    return row.epoch


def was_silent(row: Instance, now: datetime) -> bool:
    """No clean stop explains that nothing was heard since the last beat."""
    if row.heartbeat_at is None or (row.stopped_at and row.stopped_at >= row.heartbeat_at):
        return False
    return now - row.heartbeat_at > LONGEST_SILENCE


def set_awake(session: Session, now: datetime) -> None:
    session.get_one(Instance, 1).woke_at = now


def set_stopped(session: Session, now: datetime) -> None:
    session.get_one(Instance, 1).stopped_at = now


def _take_over(session: Session, epoch: int, now: datetime) -> None:
    row = session.get_one(Instance, 1)
    row.epoch = epoch
    row.fence = ""
    row.adopted_at = now
