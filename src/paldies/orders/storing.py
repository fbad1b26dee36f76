"""What shops have told on its way into the database, in transactions that leave room for others."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from paldies.orders.entries import Entry, Home, prepare, sha_of
from paldies.orders.history import History
from paldies.orders.intake import Taken, known_shas, take_in
from paldies.orders.shops.base import Rejected
from paldies.orders.told import Told
from paldies.store.database import Database

log = structlog.get_logger(__name__)

CHUNK = 150  # orders a transaction: below 50 ms on SQLite, also when the machine is busy

Finally = Callable[[Session], object]


def store(
    database: Database,
    shop: str,
    told: Sequence[Told],
    *,
    home: Home,
    history: History,
    finally_: Finally | None = None,
) -> Taken:
    """Stores what has changed; `finally_` is called in the last transaction, and costs one if nothing has.

    Test orders are left out. An order that cannot be stored costs the others nothing: it is `refused`. The
    moments of `told` may differ: see Told.
    """
    storing = _Storing(database, shop, home, history)
    entries, refused = storing.changed([one for one in told if not one.snapshot.is_test])
    taken = Taken(refused=refused)
    chunks = list(_chunks(entries))
    for number, chunk in enumerate(chunks, start=1):
        taken += storing.keep(chunk, finally_ if number == len(chunks) else None)
    if finally_ and not chunks:
        database.now(finally_)
    return taken


@dataclass(frozen=True, slots=True)
class _Storing:
    """Of one shop's orders."""

    database: Database
    shop: str
    home: Home
    history: History

    def changed(self, told: Sequence[Told]) -> tuple[list[Entry], tuple[Rejected, ...]]:
        """Read beside the writer, and prepared before it is asked for: most of what is told is no news."""
        entries: list[Entry] = []
        refused: list[Rejected] = []
        if not told:
            return entries, ()
        times = Counter(one.snapshot.id for one in told)
        known = self.database.look(known_shas, self.shop, times)
        for one in told:
            try:
                sha = sha_of(one, home=self.home)
                if sha != known.get(one.snapshot.id) or times[one.snapshot.id] > 1:
                    entries.append(prepare(one, sha, home=self.home))
            except Exception as error:
                refused.append(self._refused(one.snapshot.id, error))
        return entries, tuple(refused)

    def keep(self, chunk: Sequence[Entry], finally_: Finally | None) -> Taken:
        """One that fails is taken apart: each order by itself, and `finally_` after them."""
        try:
            return self._keep_together(chunk, finally_)
        except OperationalError:
            raise
        except Exception as error:
            log.warning(
                "orders are stored one by one", shop=self.shop, count=len(chunk), why=_first_line(error)
            )
        taken = Taken()
        for entry in chunk:
            taken += self._keep_alone(entry)
        if finally_:
            self.database.now(finally_)
        return taken

    def _keep_together(self, chunk: Sequence[Entry], finally_: Finally | None) -> Taken:
        with self.database.session() as session:
            taken = take_in(session, self.shop, chunk, home=self.home, history=self.history)
            if finally_:
                finally_(session)
            return taken

    def _keep_alone(self, entry: Entry) -> Taken:
        try:
            return self._keep_together([entry], None)
        except OperationalError:
            raise
        except Exception as error:
            return Taken(refused=(self._refused(entry.snapshot.id, error),))

    def _refused(self, order_id: str, error: Exception) -> Rejected:
        return Rejected(f"shop {self.shop!r}, order {order_id}", f"it cannot be stored: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    """The others may hold what customers have written."""
    return f"{type(error).__name__}: {error}".partition("\n")[0]


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
