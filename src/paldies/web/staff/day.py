"""What there is to do now, in the order in which it is best done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.bootstrap.app import App
from paldies.campaigns.calendar import Hours
from paldies.replies import leases
from paldies.replies.leases import Held
from paldies.replies.ringing import CIVIL, HourThere, hour_there
from paldies.replies.task_list import Task, to_do
from paldies.reports import waiting
from paldies.reports.complaints import Complaint, open_complaints
from paldies.reports.waiting import Letter, Stack
from paldies.store import installation
from paldies.store.schema import cursors, instance

LATELY = timedelta(days=1)  # what broke earlier was seen, or is over
_MOST = 200


@dataclass(frozen=True, slots=True)
class Call:
    """A task, the hour where the customer is, and who has it."""

    task: Task
    there: HourThere
    opens_at: datetime | None  # the next decent hour there; None if it is one now, or nobody knows
    held: Held | None

    @property
    def subject(self) -> str:
        return subject_of(self.task)


@dataclass(frozen=True, slots=True)
class Day:
    """All that Today shows."""

    now_to_ring: list[Call]
    later_to_ring: list[Call]
    to_approve: list[Letter]
    complaints: list[Complaint]
    stacks: list[Stack]
    in_doubt: list[Letter]
    failed: list[Letter]
    silent_shops: list[tuple[str, datetime, str]]
    paused_at: datetime | None
    fence: str
    holders: Mapping[str, Held]

    @property
    def is_quiet(self) -> bool:
        return not (self.now_to_ring or self.later_to_ring or self.to_approve or self.complaints)


def read_day(session: Session, now: datetime) -> Day:
    """In a dozen index look-ups."""
    held = leases.holders(session, now)
    calls = [call_of(task, now, held) for task in to_do(session, now, limit=_MOST)]
    ringable = [call for call in calls if call.opens_at is None and not call.task.is_snoozed(now)]
    return Day(
        now_to_ring=ringable,
        later_to_ring=sorted((one for one in calls if one not in ringable), key=_comes_up),
        to_approve=waiting.to_approve(session),
        complaints=open_complaints(session),
        stacks=waiting.stacks(session),
        in_doubt=waiting.in_doubt(session),
        failed=waiting.failed(session, now - LATELY),
        silent_shops=[
            (row.shop, row.failing_since, row.error)
            for row in session.execute(select(cursors).where(cursors.c.failing_since.is_not(None)))
        ],
        paused_at=installation.paused_at(session),
        fence=session.scalar(select(instance.c.fence)) or "",
        holders=held,
    )


def call_of(task: Task, now: datetime, held: Mapping[str, Held]) -> Call:
    there = hour_there(task.zones, now)
    opens_at = None
    if task.phone and task.zones and not there.is_civil:
        opens_at = Hours((CIVIL,), task.zones).next_open(now)
    return Call(task, there, opens_at, held.get(subject_of(task)))


def subject_of(task: Task) -> str:
    return f"task {task.id}"


def channels_at_rest(app: App) -> list[tuple[str, str]]:
    """Those that nothing can be sent by now, and why, as this process has found out."""
    return [
        (dispatcher.channel.traits.name, dispatcher.breaker.why)
        for dispatcher in app.dispatchers
        if dispatcher.breaker.is_open
    ]


def _comes_up(call: Call) -> datetime:
    return max(filter(None, (call.opens_at, call.task.snoozed_until)), default=call.task.due_at)
