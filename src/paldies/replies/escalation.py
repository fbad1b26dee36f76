"""Complaints that nobody has taken yet: one is told at once, then the next, then all, until somebody acts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from paldies.clock import Clock
from paldies.replies.duty import Duty
from paldies.reports.alerts import StaffAlerts
from paldies.store.database import Database
from paldies.store.schema import cases, orders

AT_ONCE = 20  # cases in one round
_AGAIN = timedelta(minutes=1)  # when nobody could be written to


@dataclass(frozen=True, slots=True)
class Untold:
    """A case about which somebody is to be told now."""

    number: int
    order: str  # its number; empty if it is about none
    person: str
    answer_by: datetime | None
    is_taken: bool  # the customer has added something to what is being seen to
    times_told: int


class Escalation:
    """What customers complain about reaches people; each round may run at any time, and again."""

    def __init__(self, database: Database, duty: Duty, alerts: StaffAlerts, clock: Clock) -> None:
        self._database = database
        self._duty = duty
        self._alerts = alerts
        self._clock = clock

    async def tell(self) -> None:
        """Told first and written down then: to be told twice is better than never."""
        for case in await self._database.read(untold, self._clock.now()):
            subject, text = self._words(case)
            was_told = await self._alerts.tell_now(
                f"case {case.number}", subject, text, to=self._duty.to_tell(case.times_told)
            )
            now = self._clock.now()
            next_at = self._duty.tell_next_at(now) if was_told else now + _AGAIN
            await self._database.run(move_on, case, next_at, was_told=was_told)

    def _words(self, case: Untold) -> tuple[str, str]:
        """Without what the customer has written: it goes through other hands, and into the log."""
        who = f"The customer of order {case.order}" if case.order else "A customer"
        said = f"{who} has {'added something to a complaint' if case.is_taken else 'written to you'}."
        lines = [f"{said} See the desk, or: paldies cases show {case.number}"]
        if case.answer_by:
            until = case.answer_by.astimezone(self._duty.zone)
            lines.append(f"They were told: {case.person or 'somebody'} answers by {until:%d.%m. %H:%M}.")
        if not case.is_taken:
            lines.append(f"Whoever sees to it: paldies cases take {case.number}")
        if case.times_told:
            lines.insert(0, f"Nobody has taken it yet; you are told now (no. {case.times_told + 1}).")
        return f"paldies: complaint {case.number} {case.order}".rstrip(), "\n".join(lines) + "\n"


def untold(session: Session, now: datetime) -> list[Untold]:
    """The longest-waiting first."""
    found = session.execute(_UNTOLD.where(cases.c.tell_at <= now))
    return [
        Untold(row.id, row.number or "", row.person, row.answer_by, row.taken_at is not None, row.times_told)
        for row in found
    ]


def move_on(session: Session, case: Untold, next_at: datetime, *, was_told: bool) -> None:
    """Unless the case was taken, closed or added to meanwhile."""
    is_over = was_told and case.is_taken
    session.execute(
        update(cases)
        .where(cases.c.id == case.number, cases.c.times_told == case.times_told)
        .where(cases.c.tell_at.is_not(None))
        .values(tell_at=None if is_over else next_at, times_told=cases.c.times_told + int(was_told))
    )


_UNTOLD: Select[tuple[Any, ...]] = (
    select(cases.c.id, cases.c.person, cases.c.answer_by, cases.c.taken_at, cases.c.times_told)
    .add_columns(orders.c.number)
    .join_from(cases, orders, orders.c.id == cases.c.order_id, isouter=True)
    .where(cases.c.tell_at.is_not(None))
    .order_by(cases.c.tell_at)
    .limit(AT_ONCE)
)
