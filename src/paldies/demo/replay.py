"""The month, moment by moment: the clock moves on only when everything due is settled."""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta

from paldies.bootstrap.app import App
from paldies.clock import SteppedClock
from paldies.daemon import Daemon
from paldies.demo.story.month import BEGINS, ENDS
from paldies.demo.world.town import Town
from paldies.outbox.agenda import next_look

_HOUSEKEEPING = 7  # o'clock: open orders are looked at again, staff get their summary
_PAUSE = timedelta(seconds=5)  # before what is still due is looked at again


async def at_once(_: datetime) -> None:
    """As fast as the machine can."""


async def replay(
    app: App, clock: SteppedClock, town: Town, *, wait_for: Callable[[datetime], Awaitable[None]] = at_once
) -> None:
    """Plays the story to the end of the month; the same story leaves the same rows behind.

    `wait_for` is asked before the clock moves on to a moment.
    """
    daemon = Daemon(app)
    await daemon.begin()
    try:
        await _play(daemon, clock, town, wait_for=wait_for)
    finally:
        await daemon.end(patience=5)


async def _play(
    daemon: Daemon, clock: SteppedClock, town: Town, *, wait_for: Callable[[datetime], Awaitable[None]]
) -> None:
    await _look(daemon)
    people = town.people(daemon.app)
    deeds = deque(town.story.deeds)
    morning = BEGINS.replace(hour=_HOUSEKEEPING) + timedelta(days=1)
    while (now := clock.now()) < ENDS:
        if deeds and deeds[0].at <= now:
            while deeds and deeds[0].at <= now:
                town.shop.happen([deeds.popleft()])
            await _look(daemon)
        if now >= morning:
            await daemon.keep_house()
            await daemon.keep_going()
            await daemon.settle_doubts()
            morning += timedelta(days=1)
        await _send_and_ask(daemon)
        moments = [await people.act(), morning, ENDS, deeds[0].at if deeds else None]
        if due_at := await daemon.app.database.read(next_look):
            moments.append(due_at if due_at > now else now + _PAUSE)
        moment = _earliest(filter(None, moments))
        await wait_for(moment)
        clock.move_to(moment)


async def _look(daemon: Daemon) -> None:
    for shop in daemon.app.shops:
        await daemon.watch(shop)
    await daemon.plan()


async def _send_and_ask(daemon: Daemon) -> None:
    """Nothing is asked of the house without a cause: a thousand idle questions cost a second."""
    app = daemon.app
    for do in (daemon.dispatch, app.asking.follow_up):
        due_at = await app.database.read(next_look)
        if due_at is None or due_at > app.clock.now():
            return
        await do()
        for dispatcher in app.dispatchers:
            await dispatcher.drained()


def _earliest(moments: Iterable[datetime]) -> datetime:
    return min(moments).astimezone(UTC)
