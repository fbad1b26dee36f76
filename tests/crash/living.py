"""Lets a daemon live in a house through what is scheduled for it, to the end."""

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess

from tests.crash import mail_server, power, telephone_server
from tests.crash.daemon_process import Ground
from tests.crash.forked import Server, is_death, is_stopped, running
from tests.crash.house import House
from tests.crash.journal import keep_journal
from tests.crash.misfortunes import Misfortunes, send
from tests.crash.sabotage import drop_unique_keys
from tests.crash.schedule import Deed, End, Life, Worker
from tests.crash.trade import Trade
from tests.workplace import PROMPT, eventually

_STEP = 600.0  # seconds of the house's time that the last life skips at once
_DEADLINES = 3.5 * 3600.0  # seconds after which every step of every order is over
_MOST_OVERTAKINGS = 2  # in one life, or nobody would be left to write to
_HINDRANCES = frozenset({Deed.LOCK, Deed.DISK_FULL, Deed.SERVER_STOP, Deed.CUT})
_LAST_CHANCE = 10.0  # seconds
_IN_PEACE = (0, -signal.SIGTERM)  # the latter before it had begun to listen
_LEFT_TO_SAY = "SELECT 1 FROM messages WHERE status IN ('scheduled', 'sending')"
_UNDER_WAY = f"{_LEFT_TO_SAY} OR look_at IS NOT NULL"
_DUE = f"{_LEFT_TO_SAY} AND send_at <= :now"


@dataclass
class Record:
    """What has befallen the house so far."""

    lives: int = 0
    deaths: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    oddities: list[str] = field(default_factory=list)  # a daemon that fell over by itself, or would not stop


class Tenant:
    """One house, its shop's orders, and the lives of its daemon."""

    def __init__(self, house: House, seed: int, *, sabotage: str = "") -> None:
        self.house = house
        self.record = Record()
        self._dice = random.Random(f"{seed} living")
        self.trade = Trade(house, self._dice)
        self.misfortunes = Misfortunes(house, self.trade, self._dice)
        self._sabotage = sabotage
        self._told = 0  # bytes of the log before the present life
        self._overtakings = 0  # in the present life

    @contextmanager
    def among_servers(self, seed: int) -> Iterator[None]:
        house = self.house
        with (
            Server(mail_server.serve, house.ledger_of("mail"), seed) as self._mail,
            Server(telephone_server.serve, house.ledger_of("telephone"), seed, house.time) as self._telephone,
        ):
            yield
            self.record.faults["mail server"] += self._mail.troubles
            self.record.faults["telephone company"] += self._telephone.troubles

    def settle_in(self) -> None:
        """A first life that ends in peace: what the shop sold before it is history."""
        self.house.shop.open(self.house.time.now())
        with self._daemon() as process:
            eventually(lambda: self.house.told("orders"))
            self._stop(process)
        keep_journal(self.house)
        if self._sabotage == "no unique keys":
            drop_unique_keys(self.house.database)

    def live(self, life: Life) -> None:
        """One life, and what goes wrong in it."""
        self._trouble_servers(life.trouble)
        self.trade.sell(life.letters, life.calls)
        self.record.lives += 1
        self.record.faults["machine's zone changed"] += life.zone != "UTC"
        if life.is_read_only:
            self._live_in_a_closed_folder(life)
            return
        if life.has_power_cut:
            power.begin(self.house.database, self.house.durable)
        with self._daemon(life) as process, self._beside(life.worker):
            if not life.is_hasty:
                self._wait_until_it_runs(process)
            self._befall(process, life)
            self.trade.sell(life.latecomers // 2, life.latecomers - life.latecomers // 2)
            self._end(process, life)
        if life.has_power_cut and is_death(process):
            power.cut(self.house.database, self.house.durable, self._dice)
        self.house.time.set_wrong(0.0)

    def live_until_all_is_over(self) -> None:
        """A last life, in which everything works, until every deadline has passed."""
        self._trouble_servers(0.0)
        with self._daemon() as process:
            self._wait_until_it_runs(process)
            self._wait_while(_DUE, now=f"{self.house.time.now():%Y-%m-%d %H:%M:%S}")
            skipped = 0.0
            while skipped < _DEADLINES:
                self.house.time.skip(_STEP)
                skipped += _STEP
                time.sleep(0.25)
            self._wait_while(_UNDER_WAY)  # what is still there then, the oracle finds
            self._stop(process)

    def _wait_while(self, there_are: str, **values: str) -> None:
        """As long as they become fewer: perhaps nothing will come of the rest."""
        fewest, since = len(self.house.rows(there_are, **values)), time.monotonic()
        while fewest and time.monotonic() - since < _LAST_CHANCE:
            time.sleep(0.1)
            left = len(self.house.rows(there_are, **values))
            if left < fewest:
                fewest, since = left, time.monotonic()

    def _trouble_servers(self, share: float) -> None:
        for server in (self._mail, self._telephone):
            server.be_troubled(share)

    def _daemon(self, life: Life | None = None) -> AbstractContextManager[ForkServerProcess]:
        self._overtakings = 0
        eventually(lambda: not self.house.visitors())  # a dead daemon's last words have been heard
        self._told = self.house.log.stat().st_size if self.house.log.exists() else 0
        environment = self._environment(life.faults if life else "", zone=life.zone if life else "")
        ground = Ground(
            self.house.time,
            sabotage="" if self._sabotage == "no unique keys" else self._sabotage,
            durable=self.house.durable if life and life.has_power_cut else None,
            is_unprivileged=bool(life and life.is_read_only),
        )
        return running(self.house, "run", environment, ground, log=self.house.log)

    @contextmanager
    def _beside(self, worker: Worker | None) -> Iterator[None]:
        if worker is None:
            yield
            return
        house, ground = self.house, Ground(self.house.time, sabotage=self._sabotage)
        environment = self._environment(worker.faults)
        with running(house, "worker", environment, ground, log=house.folder / "worker.log") as process:
            yield
            process.join(worker.outlives)
        self.record.deaths += is_death(process)
        self.record.faults["worker killed"] += is_death(process)

    def _environment(self, fault: str, *, zone: str = "") -> dict[str, str]:
        smtp = f"smtp://127.0.0.1:{self._mail.address}"
        return self.house.environment(smtp=smtp, twilio=self._telephone.address, fault=fault, zone=zone)

    def _wait_until_it_runs(self, process: ForkServerProcess) -> None:
        end = time.monotonic() + PROMPT
        while time.monotonic() < end and process.is_alive():
            if b'"event": "running"' in self.house.log.read_bytes()[self._told :]:
                return
            self._wait(process, 0.02)

    def _befall(self, process: ForkServerProcess, life: Life) -> None:
        for act in life.acts:
            if not self._wait(process, act.after):
                return
            self.record.faults[act.deed] += 1
            self.misfortunes.befall(process, act)

    def _end(self, process: ForkServerProcess, life: Life) -> None:
        is_there = self._wait(process, life.lasts)
        if life.end is End.TERM and is_there:
            self.record.faults[life.end] += 1
            self._stop(process, life)
            return
        if life.end is End.TERM_THEN_KILL and is_there:
            process.terminate()
            process.join(self._dice.uniform(0.0, 0.15))
        process.kill()
        process.join(PROMPT)
        if is_death(process):
            self.record.deaths += 1
            self.record.faults[life.end] += 1
        elif process.exitcode not in _IN_PEACE and not _was_hindered(life):
            self.record.oddities.append(f"it ended with {process.exitcode} in {life}: {self._last_words()}")

    def _wait(self, process: ForkServerProcess, seconds: float) -> bool:
        """False if it has died meanwhile. Where it stops before a claim, others are quick."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not process.is_alive():
                return False
            if is_stopped(process):
                if self._overtakings < _MOST_OVERTAKINGS and self.misfortunes.overtake():
                    self._overtakings += 1
                    self.record.faults["overtaken before a claim"] += 1
                send(process, signal.SIGCONT)
            process.join(0.01)
        return process.is_alive()

    def _stop(self, process: ForkServerProcess, life: Life | None = None) -> None:
        send(process, signal.SIGTERM)
        if self._wait(process, PROMPT):
            self.record.oddities.append(f"it would not stop: {self._last_words()}")
            process.kill()
            process.join(PROMPT)
        elif process.exitcode not in _IN_PEACE and not (life and _was_hindered(life)):
            self.record.oddities.append(f"it stopped with {process.exitcode}: {self._last_words()}")

    def _live_in_a_closed_folder(self, life: Life) -> None:
        """It cannot write anything; nothing must come of that."""
        self.record.faults["read-only folder"] += 1
        folder = self.house.folder
        parts = list(folder.glob("paldies.db*"))
        for part in (*parts, folder):
            part.chmod(0o555 if part is folder else 0o444)
        try:
            with self._daemon(life) as process:
                process.join(life.lasts)
        finally:
            for part in (folder, *parts):
                part.chmod(0o755 if part is folder else 0o644)

    def _last_words(self) -> str:
        return self.house.log.read_text(errors="replace")[-1500:]


def _was_hindered(life: Life) -> bool:
    """Somebody may have kept it from opening its database at all."""
    return any(act.deed in _HINDRANCES for act in life.acts)
