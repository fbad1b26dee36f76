"""What staff say about their tasks, and what follows from it for the campaign and the customer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import TaskKind, TaskOutcome
from paldies.channels.task import book
from paldies.channels.task.book import open_task
from paldies.channels.task.outcomes import report_of
from paldies.customers.revision import bump
from paldies.outbox.plans import Plans
from paldies.replies import deliveries
from paldies.replies.cases import CaseIsFull, open_case
from paldies.replies.permissions import forbid
from paldies.replies.upcoming import Next, next_after
from paldies.store.schema import customers, enrolments, messages, orders, staff_tasks

__all__ = ["OUTCOMES", "Done", "Snoozed", "TaskRefused", "done", "open_task", "promise", "snooze"]

OUTCOMES = tuple(  # in the order in which staff are offered them
    outcome for outcome in TaskOutcome if outcome not in (TaskOutcome.NOT_DONE, TaskOutcome.WITHDRAWN)
)
TIME_TO_DO_IT = timedelta(hours=1)  # after a snooze that went beyond the deadline

_PASSED = "That moment has passed; say one that is still to come"
_NO_MORE = ("call", "task")  # neither a machine nor a person rings again
_NOBODY_THERE = ("call", "sms", "task")  # what uses a number that is somebody else's


class TaskRefused(Exception):
    """What a person asked for cannot be done; the text says why, and what to do instead.

    `limit` (UTC) is set where a moment is too late.
    """

    def __init__(self, why: str, limit: datetime | None = None) -> None:
        super().__init__(why)
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Snoozed:
    """From when a task is shown again, and until when it is to be done then (UTC)."""

    task: int
    until: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What a task has come to."""

    task: int
    kind: TaskKind
    outcome: TaskOutcome
    silenced: str = ""  # the address or number that is not contacted again
    case: int | None = None  # the complaint that it was written into
    promised: Snoozed | None = None  # the task to ring again, if the customer has asked for that
    next: Next | None = None


def done(
    session: Session,
    task_id: int,
    outcome: TaskOutcome,
    *,
    by: str,
    note: str,
    plans: Plans,
    now: datetime,
) -> Done:
    """Closes the task and does what its outcome asks for, all or nothing. Raises TaskRefused."""
    task = _locked(session, task_id)
    phone, email = _reached_at(session, task)
    if outcome not in OUTCOMES:
        raise TaskRefused(f"That a task is {outcome} is found out without anybody's saying so")
    if outcome is TaskOutcome.WRONG_NUMBER and not phone:
        raise TaskRefused("There is no telephone number with it that could be wrong")
    if outcome is TaskOutcome.PROBLEM and not note.strip():
        raise TaskRefused('Say what the problem is, as it opens a complaint: --note "…"')
    if not book.close(session, task_id, outcome, now=now, by=by, note=note):
        raise TaskRefused(_why_closed(book.find_row(session, task_id)))

    silenced = phone or email
    match outcome:
        case TaskOutcome.NO_MORE:
            why = f"asked {by or 'a colleague'} not to be called again"
            _silence(session, silenced, _NO_MORE, why, now=now)
        case TaskOutcome.WRONG_NUMBER:
            why = f"{by or 'a colleague'} rang: the number is somebody else's"
            _silence(session, silenced, _NOBODY_THERE, why, now=now)
        case _:
            silenced = ""
    case_id = _complaint(session, task, note, now) if outcome is TaskOutcome.PROBLEM else None
    upcoming = None
    if task["kind"] == TaskKind.STEP and task["message_id"] is not None:
        closed = book.find_row(session, task_id)
        assert closed is not None  # noqa: S101 - it has just been closed
        deliveries.record(session, task["message_id"], report_of(closed, now), plans=plans, now=now)
        upcoming = next_after(session, task["message_id"])
    return Done(task_id, TaskKind(task["kind"]), outcome, silenced, case_id, next=upcoming)


def snooze(session: Session, task_id: int, until: datetime, *, now: datetime) -> Snoozed:
    """Keeps a task off the list `until` (UTC); past its deadline it moves that, as far as its step allows.

    Raises TaskRefused.
    """
    task = _locked(session, task_id)
    if until <= now:
        raise TaskRefused(_PASSED)
    limit = _expiry(session, task)
    if limit and until >= limit:
        raise TaskRefused("That is later than the campaign waits for it", limit)
    due_at = task["due_at"] if until < task["due_at"] else until + TIME_TO_DO_IT
    due_at = min(due_at, limit) if limit else due_at
    moved = session.scalars(
        update(staff_tasks)
        .where(staff_tasks.c.id == task_id, staff_tasks.c.done_at.is_(None))
        .values(snoozed_until=until, due_at=due_at)
        .returning(staff_tasks.c.id)
    )
    if moved.first() is None:
        raise TaskRefused(_why_closed(book.find_row(session, task_id)))
    return Snoozed(task_id, until, due_at)


def promise(
    session: Session, task_id: int, at: datetime, *, by: str, note: str, plans: Plans, now: datetime
) -> Done:
    """The customer was reached, and wants to be rung `at` (UTC), whatever the campaign does meanwhile.

    Raises TaskRefused.
    """
    task = _locked(session, task_id)
    if at <= now:
        raise TaskRefused(_PASSED)
    reached = done(session, task_id, TaskOutcome.REACHED, by=by, note=note, plans=plans, now=now)
    promised = open_task(
        session,
        kind=TaskKind.CALL_BACK,
        message_id=None,  # a second promise to the same customer is another one
        customer_id=task["customer_id"],
        order_id=task["order_id"],
        script="\n\n".join(filter(None, (note, task["script"]))),
        due_at=at + TIME_TO_DO_IT,
        now=now,
    )
    session.execute(update(staff_tasks).where(staff_tasks.c.id == promised).values(snoozed_until=at))
    return replace(reached, promised=Snoozed(promised, at, at + TIME_TO_DO_IT))


def _locked(session: Session, task_id: int) -> RowMapping:
    """The task, behind the locks of what its outcome may change, in the order in which all take them."""
    task = book.find_row(session, task_id)
    if task is None:
        raise TaskRefused(f"There is no task {task_id}")
    bump(session, [task["customer_id"]])
    if task["message_id"] is not None:
        passage = select(messages.c.enrolment_id).where(messages.c.id == task["message_id"])
        session.execute(
            select(enrolments.c.id).where(enrolments.c.id == passage.scalar_subquery()).with_for_update()
        )
    return task


def _reached_at(session: Session, task: RowMapping) -> tuple[str, str]:
    """Telephone number and e-mail address: those of the order, or else the customer's own."""
    owner = orders if task["order_id"] is not None else customers
    row = session.execute(
        select(owner.c.phone, owner.c.email).where(owner.c.id == (task["order_id"] or task["customer_id"]))
    ).one()
    return row.phone, row.email


def _silence(session: Session, address: str, channels: tuple[str, ...], why: str, *, now: datetime) -> None:
    for channel in channels:
        forbid(session, address, channel=channel, reason=why, now=now)


def _complaint(session: Session, task: RowMapping, note: str, now: datetime) -> int:
    try:
        return open_case(
            session, customer_id=task["customer_id"], order_id=task["order_id"], text=note, now=now
        )
    except CaseIsFull:
        raise TaskRefused(
            "The open complaint has no room for more: close it first, then say it again"
        ) from None


def _expiry(session: Session, task: RowMapping) -> datetime | None:
    """When a step is over, whatever becomes of it; what a customer asked for waits without an end."""
    if task["kind"] != TaskKind.STEP or task["message_id"] is None:
        return None
    ends: datetime | None = session.scalar(
        select(messages.c.expires_at).where(messages.c.id == task["message_id"])
    )
    return ends


def _why_closed(task: RowMapping | None) -> str:
    match TaskOutcome(task["outcome"]) if task else None:
        case None:
            return "There is no such task"
        case TaskOutcome.NOT_DONE:
            return (
                "Its time was over before anybody did it, and the campaign has gone on. What the customer "
                "wishes can still be written down: paldies customers suppress"
            )
        case TaskOutcome.WITHDRAWN:
            why = task["note"] if task else ""
            return f"It was withdrawn{f': {why}' if why else ''}"
        case outcome:
            who = task["done_by"] if task else ""
            return f"{who or 'Somebody'} has done it already: {str(outcome).replace('_', ' ')}"
