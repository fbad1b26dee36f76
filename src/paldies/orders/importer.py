"""Orders of the past from a file: they become history, and start nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from paldies.orders import storing
from paldies.orders.entries import Home
from paldies.orders.history import History
from paldies.orders.intake import known_shas
from paldies.orders.shops.files import read_file
from paldies.orders.shops.reading import Reading
from paldies.orders.shops.rejects import Rejects
from paldies.orders.told import Told
from paldies.store.database import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file came to."""

    added: int = 0
    known: int = 0  # orders that were there already: they are left as they are
    rejected: int = 0  # rows not understood, in `<file>.rejected` with line and reason, or not to be stored
    problem: str = ""  # why that file could not be written


def import_file(
    database: Database,
    path: Path,
    reading: Reading,
    *,
    now: datetime,
    country: str = "",
    on_progress: Callable[[int, int], None] = lambda read, size: None,
) -> Imported:
    """Adds the orders of a CSV or JSON Lines file to the shop named in `reading`, those not yet known.

    `on_progress` is told how many bytes have been read, and of how many. May be broken off and begun again.
    Raises ShopError for a file that cannot be read.
    """
    home, added, known, refused = Home(reading.zone, country), 0, 0, 0
    rejects = Rejects(path)
    try:
        for page in read_file(path, reading, on_progress=on_progress, on_rejected=rejects.add):
            there = database.look(known_shas, reading.shop, [one.id for one in page.snapshots])
            missing = [Told(one, now) for one in page.snapshots if one.id not in there]
            taken = storing.store(database, reading.shop, missing, home=home, history=History())
            added += taken.new
            known += len(page.snapshots) - len(missing)
            for one in taken.refused:
                log.error("an order could not be imported", where=one.where, problem=one.problem)
            refused += len(taken.refused)
        rejects.put_in_place()
    finally:
        rejects.drop()
    return Imported(added, known, rejects.count + refused, rejects.problem)
