"""Everything that shops will tell in a simulation, on disk and in the order in which they tell it."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from paldies.campaigns import keys
from paldies.simulation.keeping import packed
from paldies.simulation.telling import Telling, moment, number
from paldies.simulation.unrolling import Arrival, Record, arrivals

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE said (record INTEGER PRIMARY KEY, content BLOB);
CREATE TABLE record (
  id INTEGER PRIMARY KEY, shop TEXT, subject TEXT, buyer TEXT, mailbox TEXT, phone TEXT,
  person INTEGER, company INTEGER
);
CREATE TABLE arrival (id INTEGER PRIMARY KEY, at INTEGER, record INTEGER, is_whole INTEGER);
"""
_IN_ORDER = """
CREATE INDEX of_subject ON record (subject);
CREATE INDEX of_buyer ON record (buyer);
CREATE INDEX of_mailbox ON record (mailbox);
CREATE INDEX of_phone ON record (phone);
CREATE INDEX in_order ON arrival (at);
"""
# Where a shop told of an order several times, each telling is taken as it is.
_DROP_WHAT_WAS_TOLD = """
DELETE FROM arrival WHERE NOT is_whole AND EXISTS (
    SELECT 1 FROM record AS own JOIN record AS other ON other.subject = own.subject AND other.id <> own.id
     WHERE own.id = arrival.record
)
"""
# Whoever shares an order, a customer of the shop or a mailbox may be one person; persons who share a number
# (as it may be written: its end) are still kept in one company, as a dead number is dead for all of them.
_SHARED = {"person": ("subject", "buyer", "mailbox"), "company": ("person", "phone")}
_WRITTEN_ALIKE = 7  # digits
_CHUNK = 500  # records written together
Consent = Literal["known", "all", "none"]


class Tape:
    """Recorded once, then played; only what is being told is in memory."""

    def __init__(self, path: Path, *, consent: Consent = "known") -> None:
        """`consent`: what customers are taken to have told the shop about being contacted."""
        self._consent = consent
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.executescript(_SCHEMA)
        self.path = path
        self.zones: dict[str, ZoneInfo] = {}  # by shop
        self.orders = 0
        self.left_out = 0  # records without a time, or with none but those to come

    def record(self, shop: str, records: Iterable[Record], *, zone: ZoneInfo, until: datetime) -> None:
        """What would be told after `until` is left out, as is an order without any time."""
        self.zones[shop] = zone
        told = self._told(records, zone, until)
        self._file.execute("BEGIN")
        while some := list(islice(told, _CHUNK)):
            self._write(shop, some)
        self._file.execute("COMMIT")

    def rewind(self) -> None:
        """Puts what was recorded into its order, and finds out who may be one person."""
        self._file.executescript(_IN_ORDER)
        self._file.execute(_DROP_WHAT_WAS_TOLD)
        self._unite("person", "id")
        self._unite("company", "person")

    def telling(self, part: int = 0, parts: int = 1) -> Telling:
        """What is told about the companies of one part, each of which is in one part as a whole."""
        return Telling(self.path, self.zones, part=part, parts=parts)

    @property
    def begins_at(self) -> datetime | None:
        return moment(self._file.execute("SELECT min(at) FROM arrival").fetchone()[0])

    @property
    def ends_at(self) -> datetime | None:
        return moment(self._file.execute("SELECT max(at) FROM arrival").fetchone()[0])

    def next_from(self, begin: datetime) -> datetime | None:
        """When something is told next."""
        wanted = "SELECT min(at) FROM arrival WHERE at >= ?"
        return moment(self._file.execute(wanted, (number(begin),)).fetchone()[0])

    def close(self) -> None:
        self._file.close()

    def _told(
        self, records: Iterable[Record], zone: ZoneInfo, until: datetime
    ) -> Iterator[tuple[Record, list[Arrival]]]:
        for record in records:
            told = [arrival for arrival in arrivals(record, zone) if arrival.at <= until]
            if told and not record.snapshot.is_test:
                yield self._answering(record), told
            self.left_out += not told

    def _write(self, shop: str, told: Sequence[tuple[Record, list[Arrival]]]) -> None:
        numbered = list(enumerate(told, start=self.orders + 1))
        self.orders += len(told)
        self._file.executemany(
            "INSERT INTO record (id, shop, subject, buyer, mailbox, phone) VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    row,
                    shop,
                    keys.order_subject(shop, record.snapshot.id),
                    record.snapshot.customer_id and f"{shop}:{record.snapshot.customer_id}",
                    record.snapshot.email.strip().casefold(),
                    "".join(filter(str.isdigit, record.snapshot.phone))[-_WRITTEN_ALIKE:],
                )
                for row, (record, _) in numbered
            ),
        )
        self._file.executemany(
            "INSERT INTO said (record, content) VALUES (?, ?)",
            ((row, packed(record)) for row, (record, _) in numbered),
        )
        self._file.executemany(
            "INSERT INTO arrival (at, record, is_whole) VALUES (?, ?, ?)",
            ((number(one.at), row, one.is_whole) for row, (_, arriving) in numbered for one in arriving),
        )

    def _unite(self, column: str, alone: str) -> None:
        """Gives those who share something the least number among them; `alone` is for who shares nothing."""
        self._file.execute(f"UPDATE record SET {column} = {alone}")  # noqa: S608 - columns of ours
        unite = [
            f"UPDATE record SET {column} = least.number"  # noqa: S608 - columns of ours
            f"  FROM (SELECT {shared} AS shared, min({column}) AS number FROM record GROUP BY 1) AS least"
            f" WHERE record.{shared} = least.shared AND {shared} <> '' AND record.{column} > least.number"
            for shared in _SHARED[column]
        ]
        has_united = True
        while has_united:  # two who turn out to be one by their mailbox may make one of two others
            has_united = any([self._file.execute(one).rowcount for one in unite])

    def _answering(self, record: Record) -> Record:
        if self._consent == "known":
            return record
        agreed = True if self._consent == "all" else None
        snapshot = replace(record.snapshot, accepts_email=agreed, accepts_sms=agreed, accepts_call=agreed)
        return replace(record, snapshot=snapshot)
