"""A process's signs of life, by which a restored or copied database is noticed."""

import asyncio

from paldies.bootstrap.app import App
from paldies.store.keyring import present_keyring


class Heart:
    def __init__(self, app: App) -> None:
        self._app = app
        self._waves_marked = 0  # as of the last beat

    async def begin(self) -> None:
        """Raises OSError if `state_dir` cannot be used."""
        self._tell_of_the_fence(await asyncio.to_thread(self._app.fence.begin, self._app.clock.now()))

    async def keep_epoch(self) -> None:
        """What was claimed since the last beat is in no copy that is older than this one."""
        if self._app.ledger.waves_of_claims != self._waves_marked:
            await self.beat()

    async def keep_going(self) -> None:
        """What every process does for itself, now and then."""
        await self.beat()
        self._app.links.renew(await self._app.database.read(present_keyring, self._app.clock.now()))
        await self._app.alerts.deliver()

    async def beat(self) -> None:
        self._waves_marked = self._app.ledger.waves_of_claims
        try:
            self._tell_of_the_fence(await asyncio.to_thread(self._app.fence.beat, self._app.clock.now()))
        except OSError as error:
            self._tell_of_the_state_dir(error)

    async def end(self) -> None:
        try:
            await asyncio.to_thread(self._app.fence.end, self._app.clock.now())
        except OSError as error:
            self._tell_of_the_state_dir(error)

    def _tell_of_the_fence(self, why: str) -> None:
        if why:
            sentence = f"Nothing is sent: {why}. If this is the only one that runs now: paldies adopt"
            self._app.alerts.tell("fence", sentence)

    def _tell_of_the_state_dir(self, error: OSError) -> None:
        sentence = (
            f"{error.filename or 'state_dir'}: {error.strerror}: a restored database would go unnoticed."
        )
        self._app.alerts.tell("state_dir", sentence)
