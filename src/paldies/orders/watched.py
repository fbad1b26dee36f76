"""A shop under watch: polled in its rhythm, and asked first when it has been silent for too long."""

import asyncio
from datetime import datetime, timedelta

import structlog

from paldies.orders.shops.base import ShopError
from paldies.orders.watcher import Watched, Watcher

log = structlog.get_logger(__name__)


class WatchedShop:
    """One poll at a time; a shop that cannot be read is reported once, and again when it can."""

    def __init__(self, watcher: Watcher, *, poll: timedelta) -> None:
        self._watcher = watcher
        self._poll = poll
        self._busy = asyncio.Lock()
        self._tried_at: datetime | None = None
        self._good_at: datetime | None = None
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
        if self._tried_at and now - self._tried_at < self._poll:
            return False
        return self._good_at is None or now - self._good_at > 2 * self._poll

    async def watch(self, now: datetime) -> None:
        async with self._busy:
            self._tried_at = now
            try:
                watched = await asyncio.to_thread(self._watcher.watch, now)
            except ShopError as error:
                self._report(str(error))
                return
            self._good_at = now
            self._report("")
            self._tell(watched)

    async def rescan_if_due(self, now: datetime) -> None:
        """Looks at open orders again, once a night."""
        async with self._busy:
            try:
                await asyncio.to_thread(self._watcher.rescan_if_due, now)
            except ShopError as error:
                self._report(str(error))

    def close(self) -> None:
        self._watcher.shop.close()

    def _report(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            log.error("a shop cannot be read; it will be tried again", shop=self.name, why=trouble)
        if self._trouble and not trouble:
            log.info("a shop can be read again", shop=self.name)
        self._trouble = trouble

    def _tell(self, watched: Watched) -> None:
        if watched.orders_new or watched.orders_changed:
            log.info("orders", shop=self.name, new=watched.orders_new, changed=watched.orders_changed)
        for rejected in watched.rejected:
            log.warning("an order could not be understood", where=rejected.where, problem=rejected.problem)
