"""The month as fast as the machine can: the clock moves on only when everything due is settled."""

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from paldies.bootstrap import App
from paldies.clock import SteppedClock
from paldies.daemon import Daemon
from paldies.demo.deeds import Deed
from paldies.demo.shop import SampleShop
from paldies.demo.story import BEGINS, ENDS
from paldies.outbox.queue import next_due_at

_HOUSEKEEPING = 7  # o'clock: open orders are looked at again, staff get their summary
_PAUSE = timedelta(minutes=1)  # before what is due and could not go is looked at again


async def replay(app: App, clock: SteppedClock, *, shop: SampleShop, deeds: Iterable[Deed]) -> None:
    """Plays the deeds to the end of the month; the same deeds leave the same rows behind."""
    daemon = Daemon(app)
    await daemon.begin()
    await _look(daemon)
    to_come = deque(deeds)
    morning = BEGINS.replace(hour=_HOUSEKEEPING) + timedelta(days=1)
    while (now := clock.now()) < ENDS:
        if to_come and to_come[0].at <= now:
            while to_come and to_come[0].at <= now:
                shop.happen([to_come.popleft()])
            await _look(daemon)
        if now >= morning:
            await daemon.keep_house()
            await daemon.settle_doubts()
            morning += timedelta(days=1)
        await _send_what_is_due(daemon)
        due_at = await app.database.read(next_due_at)
        moments = [morning, ENDS, *(deed.at for deed in list(to_come)[:1])]
        clock.move_to(_earliest([*moments, max(due_at, now + _PAUSE)] if due_at else moments))
    await daemon.end(patience=5)


async def _look(daemon: Daemon) -> None:
    for shop in daemon.app.shops:
        await daemon.watch(shop)
    await daemon.plan()


async def _send_what_is_due(daemon: Daemon) -> None:
    await daemon.dispatch()
    for dispatcher in daemon.app.dispatchers:
        await dispatcher.drained()


def _earliest(moments: Iterable[datetime]) -> datetime:
    return min(moments).astimezone(UTC)
