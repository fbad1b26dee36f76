"""What staff have edited is taken in; of a broken edit they are told, and the last good text stays."""

import asyncio
from collections.abc import Iterable

import structlog

from paldies.bootstrap.app import App
from paldies.templates.faults import Problem
from paldies.templates.memory import load_texts, save_texts

log = structlog.get_logger(__name__)


class Texts:
    def __init__(self, app: App) -> None:
        self._app = app
        self._problems: set[str] = set()

    async def begin(self) -> None:
        """Compiles them all, which may take seconds: whoever calls is answered meanwhile."""
        await self._learn()
        await self._keep(await asyncio.to_thread(self._app.library.refresh))

    async def read(self) -> None:
        """What is new since the last time; and one text more is made ready."""
        await self._learn()
        problems = self._app.library.refresh()
        self._app.library.warm_up()
        await self._keep(problems)

    async def _learn(self) -> None:
        if self._app.library.is_behind:  # somebody may have published it meanwhile
            self._app.memory.learn(await self._app.database.read(load_texts))

    async def _keep(self, found: Iterable[Problem]) -> None:
        problems = {str(problem) for problem in found}
        for problem in sorted(problems - self._problems):
            log.warning("a text cannot be used; the last good one stays", problem=problem)
            self._app.alerts.tell(
                f"text {problem}", f"A text cannot be used, the last good one stays: {problem}"
            )
        self._problems = problems
        if sources := self._app.memory.unsaved():
            await self._app.database.run(save_texts, sources, now=self._app.clock.now())
            self._app.memory.mark_saved(sources)
