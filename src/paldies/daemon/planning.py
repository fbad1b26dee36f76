"""What has happened to orders becomes messages, by the plans that count."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from paldies.bootstrap.app import App
from paldies.faults import Point, reach
from paldies.outbox.drafts import Drafts, read_drafts
from paldies.outbox.migrating import Moving, go_on
from paldies.outbox.planning import Planned, plan_new_events
from paldies.outbox.plans import Draft, Plans, publish_where_nobody_is_inside
from paldies.store.lock import alone

log = structlog.get_logger(__name__)


class Planning:
    def __init__(self, app: App) -> None:
        self._app = app
        self._busy = asyncio.Lock()

    async def begin(self) -> None:
        """Publishes what has been edited, where that harms nobody."""
        now = self._app.clock.now()
        waiting = await self._app.database.run(_publish_alone, self._drafts().good, now)
        moving = Moving(self._app.plans, self._app.traits, self._app.house.home_zone, now)
        for name in await asyncio.to_thread(go_on, self._app.database, moving):
            log.info("those inside have moved to the new plan, which had been interrupted", campaign=name)
        for name in waiting:
            log.warning("an edited campaign.toml waits for `paldies campaigns publish`", campaign=name)

    def _drafts(self) -> Drafts:
        drafts = read_drafts(self._app.templates, self._app.traits, self._app.library.legs())
        for problem in drafts.problems:
            log.error("a campaign cannot be used", problem=problem)
            self._app.alerts.tell(f"campaign {problem}", f"A campaign cannot be used: {problem}")
        return drafts

    async def plan(self) -> None:
        """Until there is nothing new."""
        async with self._busy:
            while await self._plan_some():
                reach(Point.EVENTS_PLANNED)

    async def _plan_some(self) -> bool:
        """True if there may be more."""
        planned = await self._app.database.run(
            _plan_alone, self._app.plans, self._app.house.home_zone, self._app.clock.now()
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


def _publish_alone(session: Session, drafts: Sequence[Draft], now: datetime) -> list[str]:
    alone(session, "publishing")
    return publish_where_nobody_is_inside(session, drafts, now)


def _plan_alone(session: Session, plans: Plans, home_zone: str, now: datetime) -> Planned:
    """Two at once would plan the same events: one of them for nothing."""
    alone(session, "planning")
    return plan_new_events(session, plans, home_zone, now=now)
