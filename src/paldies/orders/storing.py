"""A page of snapshots on its way into the database, in transactions that leave room for others."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from paldies.orders.entries import Entry, Home, prepare, sha_of
from paldies.orders.history import History
from paldies.orders.intake import Taken, known_shas, take_in
from paldies.orders.snapshot import Snapshot
from paldies.store.database import Database

CHUNK = 100  # orders a transaction: below 50 ms on SQLite, also when the machine is busy


def store(
    database: Database,
    shop: str,
    snapshots: Sequence[Snapshot],
    *,
    home: Home,
    history: History,
    now: datetime,
    finally_: Callable[[Session], object] | None = None,
) -> Taken:
    """Stores what has changed; `finally_` is called in the last transaction, and costs one if nothing has.

    Test orders are left out.
    """
    entries = _changed(database, shop, [s for s in snapshots if not s.is_test], home=home, now=now)
    taken = Taken()
    chunks = list(_chunks(entries))
    for number, chunk in enumerate(chunks, start=1):
        with database.session() as session:
            taken += take_in(session, shop, chunk, home=home, history=history, now=now)
            if finally_ and number == len(chunks):
                finally_(session)
    if finally_ and not chunks:
        database.now(finally_)
    return taken


def _changed(
    database: Database, shop: str, snapshots: Sequence[Snapshot], *, home: Home, now: datetime
) -> list[Entry]:
    """Read beside the writer, and prepared before it is asked for: most of what a shop reports is no news."""
    if not snapshots:
        return []
    known = database.look(known_shas, shop, [snapshot.id for snapshot in snapshots])
    times = Counter(snapshot.id for snapshot in snapshots)
    return [
        prepare(snapshot, sha, home=home, now=now)
        for snapshot in snapshots
        if (sha := sha_of(snapshot, home=home, now=now)) != known.get(snapshot.id) or times[snapshot.id] > 1
    ]


def _chunks(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Of different orders each: what a page says twice of one order is taken in turn."""
    chunk: dict[str, Entry] = {}
    for entry in entries:
        if len(chunk) == CHUNK or entry.snapshot.id in chunk:
            yield list(chunk.values())
            chunk = {}
        chunk[entry.snapshot.id] = entry
    if chunk:
        yield list(chunk.values())
