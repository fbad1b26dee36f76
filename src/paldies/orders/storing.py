"""What shops have told on its way into the database, in transactions that leave room for others."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy.orm import Session

from paldies.orders.entries import Entry, Home, prepare, sha_of
from paldies.orders.history import History
from paldies.orders.intake import Taken, known_shas, take_in
from paldies.orders.told import Told
from paldies.store.database import Database

CHUNK = 100  # orders a transaction: below 50 ms on SQLite, also when the machine is busy


def store(
    database: Database,
    shop: str,
    told: Sequence[Told],
    *,
    home: Home,
    history: History,
    finally_: Callable[[Session], object] | None = None,
) -> Taken:
    """Stores what has changed; `finally_` is called in the last transaction, and costs one if nothing has.

    Test orders are left out. The moments of `told` may differ: see Told.
    """
    entries = _changed(database, shop, [one for one in told if not one.snapshot.is_test], home=home)
    taken = Taken()
    chunks = list(_chunks(entries))
    for number, chunk in enumerate(chunks, start=1):
        with database.session() as session:
            taken += take_in(session, shop, chunk, home=home, history=history)
            if finally_ and number == len(chunks):
                finally_(session)
    if finally_ and not chunks:
        database.now(finally_)
    return taken


def _changed(database: Database, shop: str, told: Sequence[Told], *, home: Home) -> list[Entry]:
    """Read beside the writer, and prepared before it is asked for: most of what a shop reports is no news."""
    if not told:
        return []
    times = Counter(one.snapshot.id for one in told)
    known = database.look(known_shas, shop, times)
    return [
        prepare(one, sha, home=home)
        for one in told
        if (sha := sha_of(one, home=home)) != known.get(one.snapshot.id) or times[one.snapshot.id] > 1
    ]


def _chunks(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Of different orders each: what is told twice of one order is taken in turn."""
    chunk: dict[str, Entry] = {}
    for entry in entries:
        if len(chunk) == CHUNK or entry.snapshot.id in chunk:
            yield list(chunk.values())
            chunk = {}
        chunk[entry.snapshot.id] = entry
    if chunk:
        yield list(chunk.values())
