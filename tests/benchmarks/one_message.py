"""What one message costs: decided, rendered, claimed and settled, on a channel that takes no time."""

import time
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from paldies.bootstrap.app import App
from paldies.bootstrap.building import build
from paldies.channels import TRAITS
from paldies.channels.base import Outgoing, Receipt, Rendered
from paldies.clock import SteppedClock
from paldies.configuration import load
from paldies.daemon import Daemon
from paldies.outbox import queue
from tests.benchmarks.answers import Found


class _Instant:
    """Whatever it is handed has arrived."""

    traits = TRAITS["email"]
    concurrency = 16

    def price(self, rendered: Rendered) -> Decimal:
        return Decimal(0)

    async def send(self, message: Outgoing) -> Receipt:
        return Receipt("taken")

    async def probe(self) -> None: ...

    async def close(self) -> None: ...


async def send(folder: Path, now: datetime, soon: datetime, *, count: int) -> Found:
    """Microseconds by the clock, and of this process's work: of so many due `soon`, after those due `now`."""
    clock = SteppedClock(now)
    app = build(load(folder / "paldies.toml", {}), clock=clock, channels=[_Instant()])
    daemon = Daemon(app)
    await daemon.begin()
    for moment in (now, soon):
        clock.move_to(moment)
        await daemon.watch(app.shops[0])
        began, work = time.perf_counter(), time.process_time()
        await _drain(app, moment)
    each = (time.perf_counter() - began) / count * 1e6, (time.process_time() - work) / count * 1e6
    await daemon.end(5)
    print(f"  sending one: {each[0]:.0f} µs, {each[1]:.0f} of work")
    return dict(zip(("clock", "work"), each, strict=True))


async def _drain(app: App, now: datetime) -> None:
    """A message that could not be claimed, as its customer had just changed, is looked at once more."""
    while app.database.look(queue.due, "email", now, 1):
        for dispatcher in app.dispatchers:
            await dispatcher.dispatch()
            await dispatcher.drained()
