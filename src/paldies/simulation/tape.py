"""Everything that shops will tell in a simulation, on disk and in the order in which they tell it."""

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from paldies.orders.snapshot import Snapshot
from paldies.simulation.unrolling import Record, arrivals, as_of

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE record (id INTEGER PRIMARY KEY, shop TEXT, order_id TEXT, said BLOB);
CREATE TABLE arrival (at INTEGER, record INTEGER, is_whole INTEGER);
"""
# Where a shop told of an order several times, each telling is taken as it is.
_DROP_WHAT_WAS_TOLD = """
DELETE FROM arrival WHERE NOT is_whole AND EXISTS (
    SELECT 1 FROM record AS own JOIN record AS other
      ON other.shop = own.shop AND other.order_id = own.order_id AND other.id <> own.id
     WHERE own.id = arrival.record
)
"""
Consent = Literal["known", "all", "none"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Tape:
    """Recorded once, then played; only what is being told is in memory."""

    def __init__(self, path: Path, *, consent: Consent = "known") -> None:
        """`consent`: what customers are taken to have told the shop about being contacted."""
        self._consent = consent
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.executescript(_SCHEMA)
        self.zones: dict[str, ZoneInfo] = {}  # by shop
        self.orders = 0

    def record(self, shop: str, records: Iterable[Record], *, zone: ZoneInfo, until: datetime) -> None:
        """What would be told after `until` is left out, as is an order without any time."""
        self.zones[shop] = zone
        self._file.execute("BEGIN")
        for record in records:
            told = [arrival for arrival in arrivals(record, zone) if arrival.at <= until]
            if not told or record.snapshot.is_test:
                continue
            self.orders += 1
            row = self._file.execute(
                "INSERT INTO record (shop, order_id, said) VALUES (?, ?, ?)",
                (shop, record.snapshot.id, pickle.dumps(self._answering(record), pickle.HIGHEST_PROTOCOL)),
            ).lastrowid
            self._file.executemany(
                "INSERT INTO arrival VALUES (?, ?, ?)",
                [(_number(one.at), row, one.is_whole) for one in told],
            )
        self._file.execute("COMMIT")

    def rewind(self) -> None:
        """Puts what was recorded into its order."""
        self._file.execute("CREATE INDEX of_order ON record (shop, order_id)")
        self._file.execute(_DROP_WHAT_WAS_TOLD)
        self._file.execute("CREATE INDEX in_order ON arrival (at)")

    @property
    def begins_at(self) -> datetime | None:
        return _moment(self._file.execute("SELECT min(at) FROM arrival").fetchone()[0])

    @property
    def ends_at(self) -> datetime | None:
        return _moment(self._file.execute("SELECT max(at) FROM arrival").fetchone()[0])

    def next_after(self, moment: datetime) -> datetime | None:
        """When something is told next."""
        wanted = "SELECT min(at) FROM arrival WHERE at > ?"
        return _moment(self._file.execute(wanted, (_number(moment),)).fetchone()[0])

    def told(self, shop: str, after: datetime, until: datetime) -> Iterator[Snapshot]:
        """What one shop tells after the one moment and until the other, the earliest first."""
        found = self._file.execute(
            "SELECT arrival.at, arrival.is_whole, record.said FROM arrival"
            " JOIN record ON record.id = arrival.record"
            " WHERE arrival.at > ? AND arrival.at <= ? AND record.shop = ? ORDER BY arrival.at, record.id",
            (_number(after), _number(until), shop),
        )
        zone = self.zones[shop]
        for number, is_whole, said in found:
            at = _EPOCH + number * _MICROSECOND
            record: Record = pickle.loads(said)  # noqa: S301 - written above, in a folder of our own
            yield record.snapshot if is_whole else as_of(record, at, zone)

    def _answering(self, record: Record) -> Record:
        if self._consent == "known":
            return record
        agreed = True if self._consent == "all" else None
        snapshot = replace(record.snapshot, accepts_email=agreed, accepts_sms=agreed, accepts_call=agreed)
        return replace(record, snapshot=snapshot)

    def close(self) -> None:
        self._file.close()


def _number(moment: datetime) -> int:
    """Microseconds, which compare as numbers."""
    return (moment - _EPOCH) // _MICROSECOND


def _moment(number: int | None) -> datetime | None:
    return None if number is None else _EPOCH + number * _MICROSECOND
