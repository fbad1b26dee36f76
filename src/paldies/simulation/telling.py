"""Tells what is on a tape again: all of it, or what concerns some of the people."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from paldies.orders.snapshot import Snapshot
from paldies.simulation.keeping import unpacked
from paldies.simulation.unrolling import as_of

INSTANT = timedelta(microseconds=1)  # the shortest there is: times are kept as so many of them
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Arrival(NamedTuple):
    """Something that a shop tells of an order, and whose order it is."""

    id: int
    at: datetime
    shop: str
    person: int


class Telling:
    """Reads the tape anew; only what is being told is in memory."""

    def __init__(self, path: Path, zones: Mapping[str, ZoneInfo], *, part: int = 0, parts: int = 1) -> None:
        """`zones` are the shops'."""
        self.path = path
        self.zones = zones
        self._share = (parts, part)
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def arrivals(self, begin: datetime, end: datetime) -> Iterator[Arrival]:
        """From `begin` on, and before `end`; the earliest first."""
        found = self._file.execute(
            "SELECT arrival.id, arrival.at, record.shop, record.person"
            "  FROM arrival JOIN record ON record.id = arrival.record"
            " WHERE arrival.at >= ? AND arrival.at < ? AND record.company % ? = ?"
            " ORDER BY arrival.at, record.id",
            (number(begin), number(end), *self._share),
        )
        for row, at, shop, person in found:
            yield Arrival(row, _EPOCH + at * INSTANT, shop, person)

    def snapshot(self, arrival: Arrival) -> Snapshot:
        """The order as the shop told of it then."""
        content, is_whole = self._file.execute(
            "SELECT said.content, arrival.is_whole FROM arrival JOIN said ON said.record = arrival.record"
            " WHERE arrival.id = ?",
            (arrival.id,),
        ).fetchone()
        record = unpacked(content)
        return record.snapshot if is_whole else as_of(record, arrival.at, self.zones[arrival.shop])

    def persons(self, subjects: Collection[str]) -> dict[str, int]:
        """Whose orders subjects are; those that are none of these are left out."""
        wanted = "SELECT subject, person FROM record WHERE subject IN (SELECT value FROM json_each(?))"
        return dict(self._file.execute(wanted, (json.dumps(list(subjects)),)))

    def close(self) -> None:
        self._file.close()


def number(moment: datetime) -> int:
    """Microseconds, which compare as numbers."""
    return (moment - _EPOCH) // INSTANT


def moment(number: int | None) -> datetime | None:
    """See `number`."""
    return None if number is None else _EPOCH + number * INSTANT
