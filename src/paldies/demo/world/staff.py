"""The shop's staff, who work their list and settle what customers complain of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.bootstrap.app import App
from paldies.campaigns.office_hours import OfficeHours
from paldies.demo.story.cast import Person
from paldies.demo.story.handling import Handling
from paldies.demo.story.places import HOME, RIGA
from paldies.replies import tasks
from paldies.replies.cases import close_case
from paldies.replies.task_list import to_do
from paldies.store.schema import cases, customers

WHO = "Anna"


@dataclass(frozen=True, slots=True)
class _Work:
    """One thing on the desk, and when she comes to it."""

    kind: str
    id: int
    at: datetime
    handling: Handling


class Staff:
    """Anna, in her working hours; what she leaves undone is what the story has her leave."""

    def __init__(self, people: Iterable[Person], app: App) -> None:
        self._app = app
        self._handlings = {person.email: person.handled for person in people}
        self._hours = OfficeHours(HOME.key, country=RIGA.country)

    async def act(self) -> datetime | None:
        """Does what she has come to by now; says when she comes to the next thing."""
        now = self._app.clock.now()
        waiting = []
        for work in await self._app.database.read(self._look, now):
            if work.at > now:
                waiting.append(work.at)
            elif work.kind == "case":
                await self._app.database.run(_settle, work, now)
            else:
                await self._app.database.run(self._do, work, now)
        return min(waiting, default=None)

    def _do(self, session: Session, work: _Work, now: datetime) -> None:
        assert work.handling.outcome  # noqa: S101 - what has none is not on the desk
        try:
            tasks.done(
                session,
                work.id,
                work.handling.outcome,
                by=WHO,
                note=work.handling.note,
                plans=self._app.plans,
                now=now,
            )
        except tasks.TaskRefused:
            """Its time was over, or the customer has asked for silence meanwhile: she lets it be."""

    def _look(self, session: Session, now: datetime) -> list[_Work]:
        found = []
        for task in to_do(session, now):
            handling = self._handlings.get(task.email, Handling())
            if handling.outcome:
                found.append(_Work("task", task.id, self._after(task.created_at, handling.takes), handling))
        for case in session.execute(_OPEN_CASES):
            handling = self._handlings.get(case.email, Handling())
            found.append(
                _Work("case", case.id, self._after(case.opened_at, handling.settles_after), handling)
            )
        return sorted(found, key=lambda work: (work.at, work.kind, work.id))

    def _after(self, at: datetime, span: timedelta) -> datetime:
        begins = self._hours.next_open(at) or at
        return self._hours.next_open(begins + span) or begins + span


_OPEN_CASES = (
    select(cases.c.id, cases.c.opened_at, customers.c.email)
    .join_from(cases, customers, customers.c.id == cases.c.customer_id)
    .where(cases.c.closed_at.is_(None))
)


def _settle(session: Session, work: _Work, now: datetime) -> None:
    close_case(session, work.id, resolution=work.handling.resolution, by=WHO, now=now)
