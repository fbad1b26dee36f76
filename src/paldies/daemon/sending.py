"""What is due leaves, and what may have left is never guessed."""

import asyncio

import structlog

from paldies.bootstrap.app import App
from paldies.daemon.watching import Watching
from paldies.outbox.dispatcher import Dispatcher
from paldies.outbox.doubt import resolve_doubts
from paldies.outbox.queue import release_unanswered
from paldies.store import installation

log = structlog.get_logger(__name__)


class Sending:
    def __init__(self, app: App, watching: Watching) -> None:
        self._app = app
        self._watching = watching
        self._asking = asyncio.Lock()

    async def dispatch(self) -> None:
        """Sends what is due on every channel."""
        ended = await asyncio.gather(*map(self.dispatch_on, self._app.dispatchers), return_exceptions=True)
        for error in ended:
            if error:
                raise error

    async def dispatch_on(self, dispatcher: Dispatcher) -> None:
        """Sends what is due on one channel, unless all sending is paused; silent shops are asked first."""
        if await self._app.database.read(installation.standstill):
            return
        if self._app.roll and self._app.roll.is_clock_wrong:
            return
        async with self._asking:  # one asks for all
            await self._watching.ask_silent()
        await dispatcher.dispatch()

    async def settle_doubts(self) -> None:
        """Opens those that a process left behind, and closes those whose answer or deadline has come."""
        now = self._app.clock.now()
        roll = self._app.roll
        if roll:
            await roll.call()
        claimed = self._app.ledger.claimed
        doubts = await self._app.database.run(resolve_doubts, claimed, now=now, is_shared=roll is not None)
        await self._app.database.run(release_unanswered, now)
        for key in doubts.opened:
            log.warning("unconfirmed", message=key)
        for key in doubts.sent_again:
            log.warning("goes once more under the same Message-ID", message=key)
        for key in doubts.ended:
            log.warning("never found out whether it arrived", message=key)
            self._app.alerts.tell(
                f"unconfirmed {key}", f"{key} may have arrived; nobody could find out in time."
            )
