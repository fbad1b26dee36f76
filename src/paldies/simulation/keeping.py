"""How a record is kept on the tape: as bare values, in half the time that its objects take."""

import pickle
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from paldies.orders.snapshot import Snapshot, SnapshotLine
from paldies.simulation.unrolling import Record

_told: Callable[[Snapshot], tuple[Any, ...]] = attrgetter(*(field.name for field in fields(Snapshot)))
_of_line: Callable[[SnapshotLine], tuple[Any, ...]] = attrgetter(*(one.name for one in fields(SnapshotLine)))


def packed(record: Record) -> bytes:
    *told, lines = _told(record.snapshot)
    told.append(lines and [_of_line(line) for line in lines])
    return pickle.dumps((told, record.heard_at), pickle.HIGHEST_PROTOCOL)


def unpacked(content: bytes) -> Record:
    """`content` is from a tape, in a folder of our own."""
    told, heard_at = pickle.loads(content)  # noqa: S301 - see above
    lines = told.pop()
    told.append(lines and tuple(SnapshotLine(*line) for line in lines))
    return Record(Snapshot(*told), heard_at)
