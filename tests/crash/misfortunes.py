"""What can befall a daemon, its database and its customers while it runs."""

import os
import random
import resource
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from typing import Any

import requests
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from paldies.customers.suppressions import suppress
from paldies.outbox import by_hand
from paldies.outbox.links import Links
from paldies.store.database import Database
from paldies.store.schema import messages
from tests.crash.house import House
from tests.crash.schedule import Act, Deed
from tests.crash.trade import Trade
from tests.odd_shop import address_of, phone_of

# in the dispatcher's own order, as many of each channel as it may have decided about a moment ago
_NEXT = """
SELECT DISTINCT customer_id FROM (
    SELECT customer_id, row_number() OVER (
        PARTITION BY channel ORDER BY purpose = 'service' DESC, send_at, key
    ) AS place
    FROM messages WHERE status = 'scheduled' AND parked_at IS NULL AND send_at <= :now
        AND customer_id NOT IN (
            SELECT orders.customer_id FROM orders JOIN suppressions ON suppressions.address = orders.email
        )
) AS queue WHERE place <= 3
"""
_ADDRESSES = "SELECT email, phone FROM orders WHERE customer_id = :customer"
_LATELY = """
SELECT messages.id, orders.external_id AS order_id FROM messages
JOIN enrolments ON enrolments.id = messages.enrolment_id JOIN orders ON orders.id = enrolments.order_id
WHERE messages.status = 'sent' AND messages.channel = 'email' ORDER BY messages.id DESC LIMIT 10
"""
_SECRET = "SELECT secret FROM instance"
_DOUBTFUL = """
SELECT messages.key, messages.claim_id, messages.channel, messages.rfc_id, orders.external_id AS order_id
FROM messages JOIN enrolments ON enrolments.id = messages.enrolment_id
              JOIN orders ON orders.id = enrolments.order_id
WHERE messages.status = 'unconfirmed' OR (messages.status = 'failed' AND messages.reason = 'unconfirmed')
"""
_COLUMNS = ", ".join(column.name for column in messages.c if column.name != "id")
_TWINS = f"""
INSERT INTO messages ({_COLUMNS}) SELECT {_COLUMNS} FROM messages
WHERE status = 'scheduled' ORDER BY id DESC LIMIT :most
"""
_HURRY = 300  # milliseconds that we wait for the daemon to let go of the database
_FOUND_OUT = 1.5  # seconds that it takes a person to find out what nobody knew


@dataclass
class Misfortunes:
    """`wishes`: addresses that were promised to hear nothing more."""

    house: House
    trade: Trade
    dice: random.Random
    wishes: list[str] = field(default_factory=list)
    _doubted: dict[str, float] = field(default_factory=dict)  # claim → when a person began to ask about it

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
            Deed.UNSUBSCRIBE: lambda: self._unsubscribe(int(act.size)),
            Deed.SETTLE: self._settle,
            Deed.SERVER_STOP: lambda: self._stop_server(process, act.lasts),
            Deed.CUT: self._cut,
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
                for due in self.house.rows(_NEXT, now=now)
                for row in self.house.rows(_ADDRESSES, customer=due["customer_id"])
                for address in (row["email"], row["phone"])
            ]
        except DBAPIError:
            return False
        return bool(addresses) and self._suppress(addresses)

    def _opt_out(self, orders: Sequence[int]) -> None:
        self._suppress([address for number in orders for address in (address_of(number), phone_of(number))])

    def _suppress(self, addresses: Sequence[str]) -> bool:
        """As customers' pages and the command do it; not while the daemon has the database to itself."""

        def write(session: Session) -> None:
            for address in addresses:
                suppress(session, address, reason="asked us to", source="customer", now=self.house.time.now())

        return self._write(write)

    def _unsubscribe(self, how_many: int) -> None:
        """By the button of a mail program (RFC 8058), or by the page; what is answered is a promise."""
        try:
            lately, (ours,) = self.house.rows(_LATELY), self.house.rows(_SECRET)
        except DBAPIError:
            return
        links = Links(self.house.public_url, bytes.fromhex(ours["secret"]))
        for mail in self.dice.sample(lately, min(how_many, len(lately))):
            form = self.dice.choice(({"List-Unsubscribe": "One-Click"}, {"what": "everything"}))
            try:
                answer = requests.post(links.unsubscribe(mail["id"]), data=form, timeout=1)
            except requests.RequestException:
                continue
            if answer.ok:
                self.wishes.append(address_of(int(mail["order_id"])))

    def _settle(self) -> None:
        """A person looks at what has arrived, and says so: of what they began to ask about a while ago."""
        try:
            doubtful = self.house.rows(_DOUBTFUL)
        except DBAPIError:
            return
        mails = {mail["id"] for mail in self.house.accepted("mail")}
        calls = {(call["channel"], call["to"]) for call in self.house.accepted("telephone")}
        for row in doubtful:
            began = self._doubted.setdefault(row["claim_id"], time.monotonic())
            if time.monotonic() - began < _FOUND_OUT:
                continue
            came = row["rfc_id"] in mails or (row["channel"], phone_of(int(row["order_id"]))) in calls
            self._write(by_hand.settle, [row["key"]], was_sent=came, now=self.house.time.now())

    def _lock(self, process: ForkServerProcess, seconds: float) -> None:
        def hold(session: Session) -> None:
            session.connection()  # on SQLite, that is enough
            if self.house.server:
                session.execute(text("LOCK TABLE messages, customers IN ACCESS EXCLUSIVE MODE"))
            process.join(seconds)

        self._write(hold)

    def _plan_twice(self, how_many: int) -> None:
        """What is scheduled is entered once more, by somebody who does not look what is there."""
        self._write(lambda session: session.execute(text(_TWINS), {"most": how_many}))

    def _stop_server(self, process: ForkServerProcess, seconds: float) -> None:
        assert self.house.server
        self.house.server.stop(self.dice.choice((signal.SIGINT, signal.SIGQUIT)))
        process.join(seconds)
        self.house.server.start()

    def _cut(self) -> None:
        self.house.cut_connections()

    def _write(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """False if somebody was quicker, or the database knows better: then nothing has happened."""
        try:
            with closing(_in_a_hurry(self.house)) as ours:
                ours.now(f, *args, **kwargs)
        except DBAPIError:
            return False
        return True


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
    """It gives up soon, where the daemon has locked what it wants."""
    database = Database(house.database_url)
    wish = f"PRAGMA busy_timeout = {_HURRY}" if database.is_sqlite else f"SET lock_timeout = {_HURRY}"
    event.listen(database.engine, "connect", lambda opened, _: opened.execute(wish))
    return database
