"""What is done now and then: open orders are looked at again, the day is told, the old is forgotten."""

from paldies.bootstrap.app import App
from paldies.outbox.retention import forget_some, horizon
from paldies.reports import summary
from paldies.reports.counting import count_endings
from paldies.store import installation

SUMMARY_HOUR = 7  # of the shop's own day
FORGOTTEN_AT_ONCE = 100  # transactions: the house goes on with other things before the next


class Housekeeping:
    def __init__(self, app: App) -> None:
        self._app = app

    async def keep_house(self) -> None:
        if not self._app.silent:  # else whoever reads a shop does it
            for shop in self._app.shops:
                await shop.rescan_if_due(self._app.clock.now())
        await count_endings(self._app.database, self._app.clock)
        if not await self._app.database.read(installation.is_shut):  # the original tells of the day
            await self._summarise()

    async def _summarise(self) -> None:
        """Once a day, in the shop's morning."""
        now = self._app.clock.now()
        local = now.astimezone(self._app.zone)
        since = await self._app.database.read(installation.summarised_at)
        if local.hour < SUMMARY_HOUR or (since and since.astimezone(self._app.zone).date() == local.date()):
            return
        if since:
            text = await self._app.database.read(summary.daily, since, now)
            if not await self._app.alerts.mail(f"paldies: {local:%d.%m.%Y}", text):
                return
        await self._app.database.run(installation.set_summarised, now)

    async def forget(self) -> None:
        """What was sent long ago; between two pieces there is room for others."""
        older = await self._app.database.read(horizon, self._app.clock.now(), keep=self._app.keep_texts)
        for _ in range(FORGOTTEN_AT_ONCE):
            if not await self._app.database.run(forget_some, older):
                return
