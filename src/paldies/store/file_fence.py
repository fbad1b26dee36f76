"""Notices that an SQLite database was restored or copied.

The epoch is raised in the database first, then in the file. So a database is where its file left it, or one
step ahead if the process died between the two; one that is behind is older than what was sent from it. The
file is there before the first raise, so a database that has lived and has no file came from elsewhere. It
names the place of the database as well, as a folder may be copied with everything in it.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from paldies.store.fence import BACKUP, Fence, moved_away, note_beat
from paldies.store.state_file import Kept
from paldies.store.tables import Instance


class FileFence(Fence):
    def begin(self, now: datetime) -> str:
        row = self._row()
        if row.epoch == 0 and self._file(row).read() is None:
            self._file(row).write(Kept(0, self._place()))
        return super().begin(now)

    def _step(self, now: datetime) -> str:
        """What was only set wrong, such as the name of `state_dir`, is forgiven once it is right again."""
        row = self._row()
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

    def trouble(self) -> str:
        row = self._found()
        return self._difference(row, self._file(row).read()) if row else ""

    def adopt(self, now: datetime) -> None:
        """The file goes first: whatever else runs on another copy finds itself shut out at its next beat, and
        until the database follows, this one stays shut as well.
        """
        row = self._row()
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

    def _place(self) -> str:
        """What a copy cannot have in common with the original. Not the path: a folder may be moved."""
        return f"inode {Path(self._database.url.database or '').stat().st_ino}"


def _beat(session: Session, now: datetime, *, fence: str, step: int) -> int:
    """The epoch that it comes to."""
    row = session.get_one(Instance, 1)
    row.fence = fence
    row.epoch += step
    note_beat(row, now)
    return row.epoch


def _take_over(session: Session, epoch: int, now: datetime) -> None:
    row = session.get_one(Instance, 1)
    row.epoch = epoch
    row.fence = ""
    row.adopted_at = now
