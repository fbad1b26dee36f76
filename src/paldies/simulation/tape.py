"""Everything that shops will tell in a simulation, on disk and in the order in which they tell it."""

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from paldies.campaigns import keys
from paldies.orders.snapshot import Snapshot
from paldies.simulation.unrolling import Record, arrivals, as_of

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE record (
  id INTEGER PRIMARY KEY, shop TEXT, subject TEXT, buyer TEXT, mailbox TEXT, person INTEGER, said BLOB
);
CREATE TABLE arrival (id INTEGER PRIMARY KEY, at INTEGER, record INTEGER, is_whole INTEGER);
"""
_IN_ORDER = """
CREATE INDEX of_subject ON record (subject);
CREATE INDEX of_buyer ON record (buyer);
CREATE INDEX of_mailbox ON record (mailbox);
CREATE INDEX in_order ON arrival (at);
"""
# Where a shop told of an order several times, each telling is taken as it is.
_DROP_WHAT_WAS_TOLD = """
DELETE FROM arrival WHERE NOT is_whole AND EXISTS (
    SELECT 1 FROM record AS own JOIN record AS other ON other.subject = own.subject AND other.id <> own.id
     WHERE own.id = arrival.record
)
"""
# Whoever shares an order, a customer of the shop or a mailbox may be one person, and takes the least number.
_UNITE = [
    f"UPDATE record SET person = least.person"  # noqa: S608 - columns of ours
    f"  FROM (SELECT {shared} AS shared, min(person) AS person FROM record GROUP BY 1) AS least"
    f" WHERE record.{shared} = least.shared AND {shared} <> '' AND record.person > least.person"
    for shared in ("subject", "buyer", "mailbox")
]
Consent = Literal["known", "all", "none"]

INSTANT = timedelta(microseconds=1)  # the shortest there is: times are kept as so many of them
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Arrival(NamedTuple):
    """Something that a shop tells of an order, and whose order it is."""

    id: int
    at: datetime
    shop: str
    person: int


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
                "INSERT INTO record (shop, subject, buyer, mailbox, said) VALUES (?, ?, ?, ?, ?)",
                (
                    shop,
                    keys.order_subject(shop, record.snapshot.id),
                    record.snapshot.customer_id and f"{shop}:{record.snapshot.customer_id}",
                    record.snapshot.email.strip().casefold(),
                    pickle.dumps(self._answering(record), pickle.HIGHEST_PROTOCOL),
                ),
            ).lastrowid
            self._file.executemany(
                "INSERT INTO arrival (at, record, is_whole) VALUES (?, ?, ?)",
                [(_number(one.at), row, one.is_whole) for one in told],
            )
        self._file.execute("COMMIT")

    def rewind(self) -> None:
        """Puts what was recorded into its order, and finds out who may be one person."""
        self._file.executescript(_IN_ORDER)
        self._file.execute(_DROP_WHAT_WAS_TOLD)
        self._file.execute("UPDATE record SET person = id")
        has_united = True
        while has_united:  # two who turn out to be one by their mailbox may make one of two others
            has_united = any([self._file.execute(unite).rowcount for unite in _UNITE])

    @property
    def begins_at(self) -> datetime | None:
        return _moment(self._file.execute("SELECT min(at) FROM arrival").fetchone()[0])

    @property
    def ends_at(self) -> datetime | None:
        return _moment(self._file.execute("SELECT max(at) FROM arrival").fetchone()[0])

    def next_from(self, moment: datetime) -> datetime | None:
        """When something is told next."""
        wanted = "SELECT min(at) FROM arrival WHERE at >= ?"
        return _moment(self._file.execute(wanted, (_number(moment),)).fetchone()[0])

    def arrivals(self, begin: datetime, end: datetime) -> Iterator[Arrival]:
        """From `begin` on, and before `end`; the earliest first."""
        found = self._file.execute(
            "SELECT arrival.id, arrival.at, record.shop, record.person"
            "  FROM arrival JOIN record ON record.id = arrival.record"
            " WHERE arrival.at >= ? AND arrival.at < ? ORDER BY arrival.at, record.id",
            (_number(begin), _number(end)),
        )
        for row, number, shop, person in found:
            yield Arrival(row, _EPOCH + number * INSTANT, shop, person)

    def snapshot(self, arrival: Arrival) -> Snapshot:
        """The order as the shop told of it then."""
        said, is_whole = self._file.execute(
            "SELECT record.said, arrival.is_whole FROM arrival JOIN record ON record.id = arrival.record"
            " WHERE arrival.id = ?",
            (arrival.id,),
        ).fetchone()
        record: Record = pickle.loads(said)  # noqa: S301 - written above, in a folder of our own
        return record.snapshot if is_whole else as_of(record, arrival.at, self.zones[arrival.shop])

    def person(self, subject: str) -> int:
        """Whose order a subject is; 0 if it is none of these."""
        wanted = "SELECT person FROM record WHERE subject = ? LIMIT 1"
        found = self._file.execute(wanted, (subject,)).fetchone()
        return found[0] if found else 0

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
    return (moment - _EPOCH) // INSTANT


def _moment(number: int | None) -> datetime | None:
    return None if number is None else _EPOCH + number * INSTANT
