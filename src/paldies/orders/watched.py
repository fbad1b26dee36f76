"""A shop under watch: polled in its rhythm, and asked first when it has been silent for too long."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError

from paldies.orders.shops.base import ShopError
from paldies.orders.watcher import Retired, Watched, Watcher

log = structlog.get_logger(__name__)


class WatchedShop:
    """One poll at a time; a shop that cannot be read is reported once, and again when it can."""

    def __init__(self, watcher: Watcher, *, poll: timedelta, speaks_every: float = 30.0) -> None:
        """A look that takes long says how far it has come every `speaks_every` seconds of real time."""
        self._watcher = watcher
        self._poll = poll
        self._speaks_every = speaks_every
        self._busy = asyncio.Lock()
        self._tried_at: datetime | None = None
        self._good_at: datetime | None = None
        self._asking: asyncio.Task[None] | None = None
        self._trouble = ""

    @property
    def name(self) -> str:
        return self._watcher.shop.name

    @property
    def poll_seconds(self) -> float:
        """Of real time."""
        return self._poll.total_seconds()

    def is_stale(self, now: datetime) -> bool:
        """Whether the last good poll is older than two polls, and nobody has asked since."""
        if self._asking is not None and not self._asking.done():  # it was waited for long enough
            return False
        if self._tried_at and now - self._tried_at < self._poll:
            return False
        return self._good_at is None or now - self._good_at > 2 * self._poll

    async def ask(self, now: datetime, *, patience: float) -> None:
        """Watches, and is waited for no longer than `patience` seconds of real time: the look goes on alone.

        A thread cannot be stopped; until it is back, the shop counts as one that does not answer.
        """
        self._asking = asyncio.create_task(self.watch(now))
        _, late = await asyncio.wait([self._asking], timeout=patience)
        if late and not self._watcher.is_retired:
            if seen := self._watcher.seen:
                why = f"shop {self.name!r}: it is still being read, {seen:,} orders so far"
                self._tell_progress()
            else:
                why = f"shop {self.name!r}: it has not answered for {patience:g} seconds"
                self._report(why)
            await asyncio.to_thread(self._watcher.note_failure, why, now)

    async def watch(self, now: datetime) -> None:
        async with self._busy:
            self._tried_at = now
            try:
                watched = await self._told_of(asyncio.to_thread(self._watcher.watch, now))
            except Exception as error:  # what is wrong with one shop costs the others nothing
                self._report_error(error)
                return
            self._good_at = now
            self._report("")
            self._tell(watched)

    async def _told_of(self, looking: Coroutine[Any, Any, Watched]) -> Watched:
        look = asyncio.ensure_future(looking)
        while not (await asyncio.wait([look], timeout=self._speaks_every))[0]:
            self._tell_progress()
        return await look

    async def rescan_if_due(self, now: datetime) -> None:
        """Looks at open orders again, once a night; not while something else is asked."""
        if self._busy.locked():
            return
        async with self._busy:
            try:
                await asyncio.to_thread(self._watcher.rescan_if_due, now)
            except Exception as error:
                self._report_error(error)

    def retire(self) -> None:
        """Reads no further than the page in hand: a first import of years would keep us from stopping."""
        self._watcher.is_retired = True

    def close(self) -> None:
        self._watcher.shop.close()

    def _report_error(self, error: Exception) -> None:
        match error:
            case Retired():
                log.info("a shop is read on after the next start", shop=self.name)
            case ShopError():
                self._report(str(error))
            case OperationalError():  # ours: the shop's own are ShopErrors
                self._report(f"the orders cannot be written down: {error.orig}")
            case _:
                self._report(f"{type(error).__name__}: {error}", exc_info=True)

    def _report(self, trouble: str, *, exc_info: bool | None = None) -> None:
        if trouble and trouble != self._trouble:
            log.error(
                "a shop cannot be read; it will be tried again",
                shop=self.name,
                why=trouble,
                exc_info=exc_info,
            )
        if self._trouble and not trouble:
            log.info("a shop can be read again", shop=self.name)
        self._trouble = trouble

    def _tell_progress(self) -> None:
        log.info("a shop is still being read", shop=self.name, orders=self._watcher.seen)

    def _tell(self, watched: Watched) -> None:
        if watched.orders_new or watched.orders_changed:
            log.info("orders", shop=self.name, new=watched.orders_new, changed=watched.orders_changed)
        for rejected in watched.rejected:
            log.warning("an order could not be understood", where=rejected.where, problem=rejected.problem)
        if watched.rejected_more:
            log.warning("more orders could not be understood", shop=self.name, count=watched.rejected_more)
