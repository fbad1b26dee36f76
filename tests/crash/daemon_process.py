"""What is done to a process before it becomes `paldies`: hurry, sabotage, a ground that gives way."""

import ctypes
import importlib
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from paldies import faults
from paldies.channels.email.patience import Patience as MailPatience
from paldies.channels.twilio.patience import Patience
from paldies.cli.root import main
from paldies.clock import SystemClock
from paldies.daemon import Daemon
from paldies.outbox import sender
from paldies.outbox.engines import embedded, roll
from paldies.store import database
from tests.crash import power, sabotage
from tests.crash.house_time import HouseTime

BEGIN_WITHIN = 2.0  # seconds in which a claimed message must have begun to leave
BUSY = "300"  # milliseconds that SQLite waits for another process


@dataclass(frozen=True)
class Ground:
    """`durable`: where the power shim keeps what is synced; None: no power cut will come."""

    time: HouseTime
    sabotage: str = ""
    durable: Path | None = None
    is_unprivileged: bool = False  # so that a read-only folder is one for root, too


def become(
    arguments: Sequence[str], environment: Mapping[str, str], out: Path, err: Path, ground: Ground
) -> None:
    """Never returns to the laboratory's code: what follows is `paldies` as it is."""
    for stream, path in ((sys.stdout, out), (sys.stderr, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, stream.fileno())
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    faults._armed = faults._from_environment()  # it has looked at the environment already
    _hurry(ground.time)
    if ground.sabotage:
        sabotage.commit(ground.sabotage)
    if ground.durable:
        power.Shim(ground.durable)
    if ground.is_unprivileged:
        _drop_all_capabilities()
    main(arguments)


def _hurry(house_time: HouseTime) -> None:
    """Spans of real time become shorter, and the clock is the house's; nothing else changes."""
    SystemClock.now = lambda self: house_time.daemon_now()  # type: ignore[method-assign]
    sender.BEGIN_WITHIN = BEGIN_WITHIN
    Patience.__init__.__defaults__ = (1.0, 1.5, 1.0)  # type: ignore[misc]
    MailPatience.__init__.__defaults__ = (2.0, 2.0, 2.0, 2.0, 0.2)  # type: ignore[misc]
    roll.APART = timedelta.max  # a server that the house runs on would have the house's time
    _shorten_ticks()
    database.PRAGMAS["busy_timeout"] = BUSY
    machine = _machine_clock(house_time)
    for module in (embedded, importlib.import_module("apscheduler.schedulers.base")):
        module.datetime = machine  # type: ignore[attr-defined]
    embedded.EmbeddedEngine.__init__.__defaults__ = (lambda: machine.now(UTC).timestamp(),)  # type: ignore[misc]


def _shorten_ticks() -> None:
    """The long rounds of the timetable (doubts, traces) come every second.

    All are the process's own: until one that is shared has been missed, a life here is long over.
    """
    timetable = Daemon.timetable

    def hurried(self: Daemon, *, look_every: float = 0.1) -> list[Any]:
        ticks = timetable(self, look_every=look_every)
        return [replace(tick, every=min(tick.every, 1.0), is_shared=False) for tick in ticks]

    Daemon.timetable = hurried  # type: ignore[method-assign]


def _machine_clock(house_time: HouseTime) -> type[datetime]:
    """The machine's clock as the scheduler sees it: in real time, and as wrong as the house's."""

    class Machine(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz or UTC) + timedelta(seconds=house_time.error)

    return Machine


def _drop_all_capabilities() -> None:
    """Root may write to what is read-only; capset(2) makes us like anybody else."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)())
