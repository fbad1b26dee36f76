"""What can befall a daemon, its database and its customers while it runs."""

import os
import resource
import signal
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from paldies.customers.suppressions import suppress
from paldies.store.database import Database
from tests.crash.house import House
from tests.crash.odd_shop import address_of, phone_of
from tests.crash.schedule import Act, Deed
from tests.crash.trade import Trade

# in the dispatcher's own order, as many of each channel as it may have decided about a moment ago
_NEXT = """
SELECT DISTINCT customer_id FROM (
    SELECT customer_id, row_number() OVER (
        PARTITION BY channel ORDER BY purpose = 'service' DESC, send_at, key
    ) AS place
    FROM messages WHERE status = 'scheduled' AND parked_at IS NULL AND send_at <= ?
) WHERE place <= 3
"""
_ADDRESSES = "SELECT email, phone FROM orders WHERE customer_id = ?"
_COLUMNS = "SELECT group_concat(name) AS names FROM pragma_table_info('messages') WHERE name != 'id'"
_HURRY = "300"  # milliseconds that we wait for the daemon to let go of the database


@dataclass
class Misfortunes:
    house: House
    trade: Trade

    def befall(self, process: ForkServerProcess, act: Act) -> None:
        deeds: dict[Deed, Callable[[], None]] = {
            Deed.REFUND: lambda: self.trade.end(int(act.size), "atmaksāts"),
            Deed.CANCEL: lambda: self.trade.end(int(act.size), "atcelts"),
            Deed.OPT_OUT: lambda: self._opt_out(self.trade.take(int(act.size))),
            Deed.FREEZE: lambda: _freeze(process, act.lasts),
            Deed.BLINK: lambda: _freeze(process, act.lasts),
            Deed.LOCK: lambda: self._lock(process, act.lasts),
            Deed.DISK_FULL: lambda: _fill_disk(process, act.lasts),
            Deed.JUMP: lambda: self.house.time.set_wrong(act.size),
            Deed.TWIN: lambda: self._plan_twice(int(act.size)),
        }
        deeds[act.deed]()

    def overtake(self) -> bool:
        """Who has waited longest for a message wishes to have none: it is about to be claimed.

        False if the daemon had the database to itself, or nobody waits.
        """
        now = f"{self.house.time.daemon_now():%Y-%m-%d %H:%M:%S}"
        try:
            addresses = [
                address
                for due in self.house.rows(_NEXT, now)
                for row in self.house.rows(_ADDRESSES, due["customer_id"])
                for address in (row["email"], row["phone"])
            ]
        except sqlite3.OperationalError:
            return False
        return bool(addresses) and self._suppress(addresses)

    def _opt_out(self, orders: Sequence[int]) -> None:
        self._suppress([address for number in orders for address in (address_of(number), phone_of(number))])

    def _suppress(self, addresses: Sequence[str]) -> bool:
        """As customers' pages and the command do it; not while the daemon has the database to itself."""

        def write() -> None:
            with closing(_in_a_hurry(self.house)) as ours, ours.session() as session:
                for address in addresses:
                    now = self.house.time.now()
                    suppress(session, address, reason="asked us to", source="customer", now=now)

        return _unless_refused(write)

    def _lock(self, process: ForkServerProcess, seconds: float) -> None:
        def write() -> None:
            with closing(sqlite3.connect(self.house.database, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                process.join(seconds)
                other.execute("ROLLBACK")

        _unless_refused(write)

    def _plan_twice(self, how_many: int) -> None:
        """What is scheduled is entered once more, by somebody who does not look what is there."""

        def write() -> None:
            (columns,) = self.house.rows(_COLUMNS)
            names = columns["names"]
            with closing(sqlite3.connect(self.house.database, timeout=0.3)) as other, other:
                other.execute(
                    f"INSERT INTO messages ({names}) SELECT {names} FROM messages"
                    " WHERE status = 'scheduled' ORDER BY id DESC LIMIT ?",
                    (how_many,),
                )

        _unless_refused(write)


def send(process: ForkServerProcess, number: signal.Signals) -> None:
    """A signal, unless it has died meanwhile."""
    if process.pid and process.is_alive():
        try:
            os.kill(process.pid, number)
        except ProcessLookupError:
            return


def _freeze(process: ForkServerProcess, seconds: float) -> None:
    send(process, signal.SIGSTOP)
    process.join(seconds)
    send(process, signal.SIGCONT)


def _fill_disk(process: ForkServerProcess, seconds: float) -> None:
    """Nothing that it writes to a file fits any more: not into its database, and not into its log."""
    _limit(process, 0)
    process.join(seconds)
    _limit(process, resource.RLIM_INFINITY)


def _limit(process: ForkServerProcess, longest: int) -> None:
    """RLIMIT_FSIZE: what would make a file longer than that fails with EFBIG."""
    try:
        resource.prlimit(process.pid or 0, resource.RLIMIT_FSIZE, (longest, resource.RLIM_INFINITY))
    except ProcessLookupError:
        return


def _in_a_hurry(house: House) -> Database:
    """It gives up soon, where the daemon has locked the file."""
    database = Database(f"sqlite:///{house.database}")
    event.listen(
        database.engine, "connect", lambda opened, _: opened.execute(f"PRAGMA busy_timeout = {_HURRY}")
    )
    return database


def _unless_refused(write: Callable[[], None]) -> bool:
    """False if somebody was quicker, or the database knows better: then nothing has happened."""
    try:
        write()
    except (OperationalError, sqlite3.OperationalError, sqlite3.IntegrityError):
        return False
    return True
