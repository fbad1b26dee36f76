"""Where hooks wait for a transaction: those that come while one is under way share the next."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from paldies.clock import Clock
from paldies.orders.hooks import kept, tally
from paldies.orders.hooks.delivery import Delivery, Door, Outcome, State
from paldies.orders.hooks.reading import Read, read, unread
from paldies.orders.hooks.taking import take, take_again
from paldies.store.database import Database

log = structlog.get_logger(__name__)

TOGETHER = 50  # hooks in one transaction: below 50 ms on SQLite, also when the machine is busy
_APART = 0.05  # seconds from one transaction's beginning to the next: half of what a hook costs is the commit
_FORGOTTEN_AT_ONCE = 100  # transactions
_NOTED = 100  # topics that are not mentioned again

_Waiting = tuple[Delivery, asyncio.Future[Outcome]]


@dataclass(slots=True)
class _Bad:
    """Signatures that were wrong, and are not yet written down: whoever guesses costs no transaction."""

    count: int = 0
    why: str = ""


@dataclass
class Inbox:
    """Takes hooks of all shops. A commit costs as much as ten orders: those that come together share one."""

    database: Database
    clock: Clock
    doors: Mapping[str, Door] = field(default_factory=dict)  # by the shop's name

    def __post_init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._work: asyncio.Task[None] | None = None
        self._next_at = 0.0  # of the loop's time
        self._bad: dict[str, _Bad] = {}
        self._noted: set[tuple[str, str]] = set()

    async def take(self, delivery: Delivery) -> Outcome:
        """Returns once it is committed. Raises the database's errors."""
        taken: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, taken))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._empty())
        return await taken

    def note_bad(self, shop: str, why: str) -> None:
        """A hook came whose signature was wrong."""
        bad = self._bad.setdefault(shop, _Bad())
        bad.count, bad.why = bad.count + 1, why

    def note_other(self, shop: str, topic: str) -> None:
        """A hook came that we have no use for; it is mentioned once."""
        if (shop, topic) not in self._noted and len(self._noted) < _NOTED:
            self._noted.add((shop, topic))
            log.info("hooks of a topic that is not needed", shop=shop, topic=topic)

    async def write_down_bad(self) -> None:
        """What was noted since the last time."""
        noted, self._bad = self._bad, {}
        for shop, bad in noted.items():
            log.warning("hooks with a wrong signature", shop=shop, count=bad.count, why=bad.why)
            now = self.clock.now()
            await self.database.run(tally.bad, shop, bad.count, why=bad.why, now=now)

    async def reconsider(self) -> None:
        """What was refused under other settings is read again under these."""
        for name, door in self.doors.items():
            settings, last = door.shop.reading.fingerprint, 0
            while rows := await self.database.read(kept.refused, name, last, settings=settings):
                for row in rows:
                    delivery = Delivery(door, row.topic, row.body, self.clock.now())
                    await self.database.run(
                        take_again, row.id, await asyncio.to_thread(read, unread(delivery))
                    )
                last = rows[-1].id

    async def forget_old(self) -> None:
        """What has been kept for long enough; between two pieces there is room for others."""
        for _ in range(_FORGOTTEN_AT_ONCE):
            if not await self.database.run(kept.forget_old, self.clock.now()):
                return

    async def _empty(self) -> None:
        while self._waiting:
            await self._gather()
            together = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
            batch = [(delivery, taken) for delivery, taken in together if not taken.done()]  # not given up
            try:
                found = await asyncio.to_thread(self._read, [delivery for delivery, _ in batch])
                outcomes = await self._written(found)
            except BaseException as error:
                for _, taken in batch:
                    if not taken.done():
                        taken.set_exception(error)
                if not isinstance(error, Exception):
                    raise
                continue
            for one, (_, taken), outcome in zip(found, batch, outcomes, strict=True):
                _tell(one, outcome)
                if not taken.done():
                    taken.set_result(outcome)

    async def _gather(self) -> None:
        """Who comes alone does not wait; while many come, there is time for others to join."""
        now = asyncio.get_running_loop().time()
        if now < self._next_at and len(self._waiting) < TOGETHER:
            await asyncio.sleep(self._next_at - now)
        self._next_at = asyncio.get_running_loop().time() + _APART

    def _read(self, deliveries: Sequence[Delivery]) -> list[Read]:
        found = [unread(delivery) for delivery in deliveries]
        known = self.database.look(kept.known, {key for one in found for key in one.keys})
        return [one if known.intersection(one.keys) else read(one) for one in found]

    async def _written(self, found: Sequence[Read]) -> list[Outcome]:
        """One that the database will not have spoils no other's transaction."""
        try:
            return await self.database.run(take, found, self.clock.now())
        except (OperationalError, InterfaceError):  # it is locked, full or gone
            raise
        except Exception:
            return [outcome for one in found for outcome in await self._alone(one)]

    async def _alone(self, one: Read) -> list[Outcome]:
        try:
            return await self.database.run(take, [one], self.clock.now())
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.exception("a hook cannot be written down", shop=one.shop, order=one.order_id)
            problem = f"unforeseen, while it was written down: {type(error).__name__}"
            return await self.database.run(take, [one.refused(problem)], self.clock.now())


def _tell(one: Read, outcome: Outcome) -> None:
    if outcome.state is State.REFUSED:
        log.warning(
            "an order could not be understood",
            where=f"shop {one.shop}, order {one.order_id or 'without an id'}, hook {one.delivery.topic}",
            problem=outcome.problem,
        )
