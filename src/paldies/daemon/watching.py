"""The shops are read in their rhythm, at night all over again, and at once if they were silent."""

import asyncio

from paldies.bootstrap.app import App
from paldies.daemon.planning import Planning
from paldies.faults import Point, reach
from paldies.orders.watched import WatchedShop

PATIENCE = 5.0  # seconds of real time that sending waits for a shop that is asked first


class Watching:
    def __init__(self, app: App, planning: Planning) -> None:
        self._app = app
        self._planning = planning

    async def look_after(self, shop: WatchedShop) -> None:
        """What is new in a shop is planned at once."""
        await self.watch(shop)
        await self._planning.plan()
        if self._app.silent:  # one process at a time reads a shop: the one whose tick this is
            await shop.rescan_if_due(self._app.clock.now())

    async def watch(self, shop: WatchedShop) -> None:
        """Reads what is new in a shop; one that cannot be read costs the others nothing."""
        await shop.watch(self._app.clock.now())
        reach(Point.SNAPSHOT_STORED)

    async def ask_silent(self) -> None:
        """All at once; one that does not answer in time is not waited for, and in an hour not sent for."""
        now = self._app.clock.now()
        if self._app.silent:
            await self._app.silent.ask_silent(now, patience=PATIENCE)
        elif silent := [shop for shop in self._app.shops if shop.is_stale(now)]:
            await asyncio.gather(*(shop.ask(now, patience=PATIENCE) for shop in silent))
            reach(Point.SNAPSHOT_STORED)
            await self._planning.plan()
