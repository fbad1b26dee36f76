"""Notices that a PostgreSQL database was restored or copied, whichever of several machines looks at it.

The epoch is raised by every process: a machine's own record may be behind, as others have gone on, but never
ahead of the database. The database knows in which server it lives, and on which timeline of it: a dump that
was restored elsewhere, or a copy, is in another; a server that was rewound, or replaced by its standby, is on
another. There only a process that was at work all the while can say that nothing is missing. Adopting begins
a new life: what was recorded in an earlier one no longer counts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from paldies.store.fence import Fence, moved_away, note_beat
from paldies.store.state_file import Kept
from paldies.store.tables import Instance

_PLACE = """
SELECT concat((SELECT system_identifier FROM pg_control_system()), ' ',
              (SELECT oid FROM pg_database WHERE datname = current_database()), ' ',
              substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))
"""
_BEFORE_ANY = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Beat:
    """What a look came to."""

    why: str
    kept: Kept


class SharedFence(Fence):
    def _step(self, now: datetime) -> str:
        """What one process has found holds for all, until a person adopts the database."""
        file = self._file(self._row())
        known = file.read()
        beat = self._database.now(_beat, now, known, self._left_at)
        if not beat.why:
            self._left_at = beat.kept
            file.write(beat.kept)
        return beat.why

    def trouble(self) -> str:
        row = self._found()
        if row is None:
            return ""
        place = self._database.look(_place)
        return row.fence or _difference(row, self._file(row).read(), self._left_at, place)

    def adopt(self, now: datetime) -> None:
        file = self._file(self._row())
        file.write(self._database.now(_take_over, now, file.read()))


def _beat(session: Session, now: datetime, known: Kept | None, left_at: Kept | None) -> _Beat:
    row = session.get_one(Instance, 1, with_for_update=True)
    place = _place(session)
    note_beat(row, now)
    row.fence = row.fence or _difference(row, known, left_at, place)
    if not row.fence:
        row.epoch += 1
        row.place = place
    return _Beat(row.fence, _kept(row))


def _difference(row: Instance, known: Kept | None, left_at: Kept | None, place: str) -> str:
    """What tells this database from the one that was in use; empty if it is the same."""
    if away := moved_away(row):
        return away
    if any(_is_ahead(kept, row) for kept in (known, left_at) if kept):
        return "this database is older than it was known here: it was restored, or has lost what came last"
    if not row.place or row.place == place:
        return ""
    if row.place.split()[:2] != place.split()[:2]:
        return "this database was restored or copied: it was in another server, or under another name, before"
    if left_at is None:
        return "its server was set back, or replaced by its standby, and nobody saw whether anything was lost"
    return ""


def _is_ahead(kept: Kept, row: Instance) -> bool:
    return (kept.adopted_at or _BEFORE_ANY, kept.epoch) > (row.adopted_at or _BEFORE_ANY, row.epoch)


def _take_over(session: Session, now: datetime, known: Kept | None) -> Kept:
    row = session.get_one(Instance, 1, with_for_update=True)
    row.epoch = max(row.epoch, known.epoch if known else 0, 0) + 1
    row.fence = ""
    row.adopted_at = now
    row.place = _place(session)
    return _kept(row)


def _kept(row: Instance) -> Kept:
    return Kept(row.epoch, row.place, row.adopted_at)


def _place(session: Session) -> str:
    """The server, the database in it, and the server's timeline."""
    return str(session.connection().exec_driver_sql(_PLACE).scalar_one())
