"""The heart: a timetable of ticks and one stop signal."""

import asyncio
import gc
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from paldies.bootstrap import App
from paldies.faults import Point, reach
from paldies.heart import Heart
from paldies.orders.watched import WatchedShop
from paldies.outbox.doubt import resolve_doubts
from paldies.outbox.drafts import Drafts, read_drafts
from paldies.outbox.engines import Engine, Tick
from paldies.outbox.migrating import Moving, go_on
from paldies.outbox.planning import Planned, plan_new_events
from paldies.outbox.plans import Draft, Plans, publish_where_nobody_is_inside
from paldies.outbox.queue import release_unanswered
from paldies.outbox.retention import forget_some, horizon
from paldies.replies.mailbox import LOOK_EVERY
from paldies.reports import summary
from paldies.reports.counting import count_endings
from paldies.store import installation
from paldies.store.keyring import present_keyring
from paldies.store.lock import alone
from paldies.templates.memory import load_texts, save_texts

log = structlog.get_logger(__name__)

SUMMARY_HOUR = 7  # of the shop's own day
FORGOTTEN_AT_ONCE = 100  # transactions: the house goes on with other things before the next
PATIENCE = 5.0  # seconds of real time that sending waits for a shop that is asked first


class Daemon:
    """What happens, and how often; every tick may run at any time, and does what there is to do."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._stopping = asyncio.Event()
        self._planning = asyncio.Lock()
        self._problems: set[str] = set()
        self._heart = Heart(app)
        self._has_begun = False

    async def run(self, engine: Engine, timetable: list[Tick]) -> None:
        """Until SIGTERM or SIGINT: what is in flight gets `stop_timeout`; a second signal ends at once."""
        await self.begin()
        gc.freeze()  # what was built for good need not be searched for garbage again and again
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop_once)
        engine.start(timetable)
        log.info("running", mode=self.app.mode, shops=[shop.name for shop in self.app.shops] or None)
        await self._stopping.wait()
        log.info("stopping")
        deadline = time.monotonic() + self.app.stop_timeout.total_seconds()
        for dispatcher in self.app.dispatchers:
            dispatcher.retire()  # or a long queue would be sent to its end
        await engine.stop(max(0.0, deadline - time.monotonic()))
        await self.end(max(0.0, deadline - time.monotonic()))
        log.info("stopped")

    def stop(self) -> None:
        self._stopping.set()

    def timetable(self, *, look_every: float = 0.5) -> list[Tick]:
        """`look_every`: seconds of real time between two looks at what is due."""
        return [
            Tick("dispatch", look_every, self.dispatch),
            Tick("texts", 1, self.read_texts),
            Tick("epoch", 1, self._heart.keep_epoch),
            Tick("heart", 60, self.keep_going),
            Tick("bad hooks", 10, self.app.inbox.write_down_bad),
            *self._of_many(),
            *(replace(tick, is_shared=True) for tick in self._for_all(look_every)),
        ]

    def _of_many(self) -> list[Tick]:
        """What each of several processes does besides."""
        roll = self.app.roll
        return [Tick("roll", 5, roll.answer), Tick("purse", 1, self.count_spending)] if roll else []

    def _for_all(self, look_every: float) -> list[Tick]:
        """What is done once, however many processes there are."""
        return [
            *(Tick(f"watch {shop.name}", shop.poll_seconds, self._watching(shop)) for shop in self.app.shops),
            Tick("plan", look_every, self.plan),
            Tick("follow up", 1, self.app.asking.follow_up),
            Tick("doubts", 5, self.settle_doubts),
            Tick("trace", 15, self.app.asking.trace),
            *([Tick("bounces", LOOK_EVERY, self.app.mailbox.look)] if self.app.mailbox else []),
            Tick("cases", 5, self.app.escalation.tell),
            Tick("housekeeping", 60, self.keep_house),
            Tick("old hooks", 600, self.app.inbox.forget_old),
            Tick("forget", 600, self.forget),
            Tick("fade", 600, self.app.fading.some),
        ]

    async def begin(self) -> None:
        """What has to be done before the first tick: nothing leaves before the doubts of a crash are open."""
        now = self.app.clock.now()
        await self._heart.begin()
        if self.app.roll:
            await self.app.roll.begin()
        await self.app.database.read(self.app.budget.load, now)
        await self.read_texts()
        await self._take_over_plans(now)
        await self.settle_doubts()
        await self.app.inbox.reconsider()
        self._has_begun = True

    async def _take_over_plans(self, now: datetime) -> None:
        """Publishes what has been edited, where that harms nobody."""
        drafts = self._drafts()
        waiting = await self.app.database.run(_publish_alone, drafts.good, now)
        moving = Moving(self.app.plans, self.app.traits, self.app.house.home_zone, now)
        for name in await asyncio.to_thread(go_on, self.app.database, moving):
            log.info("those inside have moved to the new plan, which had been interrupted", campaign=name)
        for name in waiting:
            log.warning("an edited campaign.toml waits for `paldies campaigns publish`", campaign=name)

    async def end(self, patience: float) -> None:
        for dispatcher in self.app.dispatchers:
            await dispatcher.stop(patience)
        if self.app.roll:
            await self.app.roll.end()
        await self._heart.end()
        self.app.close()

    async def watch(self, shop: WatchedShop) -> None:
        """Reads what is new in a shop; one that cannot be read costs the others nothing."""
        await shop.watch(self.app.clock.now())
        reach(Point.SNAPSHOT_STORED)

    async def plan(self) -> None:
        """Turns what has happened to orders into messages."""
        async with self._planning:
            while await self._plan_some():
                reach(Point.EVENTS_PLANNED)

    async def _plan_some(self) -> bool:
        """True if there may be more."""
        planned = await self.app.database.run(
            _plan_alone, self.app.plans, self.app.house.home_zone, self.app.clock.now()
        )
        if planned.events:
            log.info(
                "planned",
                events=planned.events,
                entered=planned.enrolled.entered or None,
                joined=planned.enrolled.joined or None,
                declined=planned.enrolled.declined or None,
                stopped=planned.stopped or None,
            )
        return planned.events > 0

    async def dispatch(self) -> None:
        """Sends what is due, unless all sending is paused; a shop that was silent lately is asked first."""
        if await self.app.database.read(installation.standstill):
            return
        if self.app.roll and self.app.roll.is_clock_wrong:
            return
        await self._ask_silent_shops()
        # all at once: a long queue on one channel keeps no other waiting
        ended = await asyncio.gather(
            *(dispatcher.dispatch() for dispatcher in self.app.dispatchers), return_exceptions=True
        )
        for error in ended:
            if error:
                raise error

    async def _ask_silent_shops(self) -> None:
        """All at once; one that does not answer in time is not waited for, and in an hour not sent for."""
        now = self.app.clock.now()
        if self.app.silent:
            await self.app.silent.ask_silent(now, patience=PATIENCE)
        elif silent := [shop for shop in self.app.shops if shop.is_stale(now)]:
            await asyncio.gather(*(shop.ask(now, patience=PATIENCE) for shop in silent))
            reach(Point.SNAPSHOT_STORED)
            await self.plan()

    async def settle_doubts(self) -> None:
        now = self.app.clock.now()
        roll = self.app.roll
        if roll:
            await roll.call()
        claimed = self.app.ledger.claimed
        doubts = await self.app.database.run(resolve_doubts, claimed, now=now, is_shared=roll is not None)
        await self.app.database.run(release_unanswered, now)
        for key in doubts.opened:
            log.warning("unconfirmed", message=key)
        for key in doubts.sent_again:
            log.warning("goes once more under the same Message-ID", message=key)
        for key in doubts.ended:
            log.warning("never found out whether it arrived", message=key)
            self.app.alerts.tell(
                f"unconfirmed {key}", f"{key} may have arrived; nobody could find out in time."
            )

    async def read_texts(self) -> None:
        """Takes in what staff have edited; a broken edit is reported, and the last good text stays."""
        if self.app.library.is_behind:  # somebody may have published it meanwhile
            self.app.memory.learn(await self.app.database.read(load_texts))
        library = self.app.library
        if self._has_begun:
            problems = {str(problem) for problem in library.refresh()}
            library.warm_up()
        else:  # compiles them all, which may take seconds: whoever calls is answered meanwhile
            problems = {str(problem) for problem in await asyncio.to_thread(library.refresh)}
        for problem in sorted(problems - self._problems):
            log.warning("a text cannot be used; the last good one stays", problem=problem)
            self.app.alerts.tell(
                f"text {problem}", f"A text cannot be used, the last good one stays: {problem}"
            )
        self._problems = problems
        if sources := self.app.memory.unsaved():
            await self.app.database.run(save_texts, sources, now=self.app.clock.now())
            self.app.memory.mark_saved(sources)

    async def keep_going(self) -> None:
        """What every process does for itself, now and then."""
        await self._heart.beat()
        self.app.links.renew(await self.app.database.read(present_keyring, self.app.clock.now()))
        await self.app.alerts.deliver()

    async def count_spending(self) -> None:
        """What others have spent today counts as well; it is known a second late."""
        await self.app.database.read(self.app.budget.load, self.app.clock.now())

    async def keep_house(self) -> None:
        if not self.app.silent:
            await self._rescan()
        await count_endings(self.app.database, self.app.clock)
        if not await self.app.database.read(installation.is_shut):  # the original tells of the day
            await self._summarise()

    async def _rescan(self) -> None:
        for shop in self.app.shops:
            await shop.rescan_if_due(self.app.clock.now())

    async def forget(self) -> None:
        """What was sent long ago; between two pieces there is room for others."""
        older = await self.app.database.read(horizon, self.app.clock.now(), keep=self.app.keep_texts)
        for _ in range(FORGOTTEN_AT_ONCE):
            if not await self.app.database.run(forget_some, older):
                return

    async def _summarise(self) -> None:
        """Once a day, in the shop's morning."""
        now = self.app.clock.now()
        local = now.astimezone(self.app.zone)
        since = await self.app.database.read(installation.summarised_at)
        if local.hour < SUMMARY_HOUR or (since and since.astimezone(self.app.zone).date() == local.date()):
            return
        if since:
            text = await self.app.database.read(summary.daily, since, now)
            if not await self.app.alerts.mail(f"paldies: {local:%d.%m.%Y}", text):
                return
        await self.app.database.run(installation.set_summarised, now)

    def _drafts(self) -> Drafts:
        drafts = read_drafts(self.app.templates, self.app.traits, self.app.library.legs())
        for problem in drafts.problems:
            log.error("a campaign cannot be used", problem=problem)
            self.app.alerts.tell(f"campaign {problem}", f"A campaign cannot be used: {problem}")
        return drafts

    def _watching(self, shop: WatchedShop) -> Callable[[], Awaitable[None]]:
        async def watch() -> None:
            await self.watch(shop)
            await self.plan()
            if self.app.silent:  # one process at a time reads a shop: the one whose tick this is
                await shop.rescan_if_due(self.app.clock.now())

        return watch

    def _stop_once(self) -> None:
        self.stop()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)  # the next one ends the process by itself


def _publish_alone(session: Session, drafts: Sequence[Draft], now: datetime) -> list[str]:
    alone(session, "publishing")
    return publish_where_nobody_is_inside(session, drafts, now)


def _plan_alone(session: Session, plans: Plans, home_zone: str, now: datetime) -> Planned:
    """Two at once would plan the same events: one of them for nothing."""
    alone(session, "planning")
    return plan_new_events(session, plans, home_zone, now=now)
