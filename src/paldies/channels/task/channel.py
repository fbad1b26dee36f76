"""Asks a person at the shop to do something, and reports what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from paldies.campaigns.words import EnrolmentState, TaskKind, TaskOutcome
from paldies.channels.base import DeliveryError, Doubt, Outgoing, Receipt, Rendered, Report, Trace
from paldies.channels.task import book
from paldies.channels.task.outcomes import report_of, wait_for
from paldies.channels.task.traits import TRAITS
from paldies.channels.task.unwanted import IS_UNWANTED
from paldies.clock import Clock
from paldies.store.database import Database
from paldies.store.schema import attempts, customers, enrolments, messages, staff_tasks

_RECEIPT = "task "
# customers are locked first, as everywhere: on PostgreSQL there would be deadlocks otherwise
_ASKED = (
    select(messages.c.id, messages.c.enrolment_id, messages.c.customer_id, enrolments.c.order_id)
    .join_from(messages, enrolments, enrolments.c.id == messages.c.enrolment_id)
    .join(customers, customers.c.id == messages.c.customer_id)
    .where(messages.c.key == bindparam("key"))
    .with_for_update(read=True, key_share=True, of=customers)
)
_STATE = select(enrolments.c.state).with_for_update(read=True)


class TaskChannel:
    """Its provider is the house's own database, which others open and close."""

    traits = TRAITS
    concurrency = 2  # a task is one row: more at once would only wait for the same writer

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def price(self, rendered: Rendered) -> Decimal:
        return Decimal(0)

    async def send(self, message: Outgoing) -> Receipt:
        """Raises DeliveryError, and Doubt if only the commit failed: `find` knows then."""
        try:
            return await self._database.run(_enter, message, self._clock.now())
        except SQLAlchemyError as error:
            raise Doubt("The database did not confirm that it has written the task") from error

    async def report(self, receipt: str) -> Report:
        """Closes the task first if its time is over, so that nobody does it a second later."""
        try:
            return await self._database.run(_report, receipt, self._clock.now())
        except SQLAlchemyError as error:
            raise _unavailable(error) from error

    async def find(self, trace: Trace) -> Receipt | None:
        try:
            return await self._database.read(_find, trace.attempt_id, self._clock.now())
        except SQLAlchemyError as error:
            raise _unavailable(error) from error

    async def probe(self) -> None:
        """What could be wrong with the database, everything else would notice first."""

    async def close(self) -> None:
        """The database is closed by who opened it."""


def _enter(session: Session, message: Outgoing, now: datetime) -> Receipt:
    if message.answer_by is None:
        raise DeliveryError("Nobody has said by when it is to be done", permanent=True, fault="us")
    with _nothing_is_written():
        asked = session.execute(_ASKED, {"key": message.key}).one_or_none()
        if asked is None:
            raise DeliveryError(f"There is no message {message.key}", permanent=True, fault="us")
        # the lock keeps the passage from being stopped between the look and the task
        state = session.scalar(_STATE.where(enrolments.c.id == asked.enrolment_id))
        if state == EnrolmentState.STOPPED:  # at its next look it is cancelled, with the reason
            raise DeliveryError("The campaign has just been stopped", permanent=False, fault="recipient")
        task_id = book.open_task(
            session,
            kind=TaskKind.STEP,
            message_id=asked.id,
            customer_id=asked.customer_id,
            order_id=asked.order_id,
            script=message.rendered.text,
            due_at=message.answer_by,
            now=now,
        )
        return _receipt(session, task_id, now)


def _report(session: Session, receipt: str, now: datetime) -> Report:
    number = receipt.removeprefix(_RECEIPT)
    task_id = int(number) if number.isdecimal() else 0
    book.close(session, task_id, TaskOutcome.WITHDRAWN, IS_UNWANTED, now=now)
    book.close(session, task_id, TaskOutcome.NOT_DONE, staff_tasks.c.due_at <= now, now=now)
    task = book.find_row(session, task_id)
    if task is None:
        raise DeliveryError(f"There is no {receipt!r}", permanent=True, fault="us")
    return report_of(task, now)


def _find(session: Session, attempt_id: str, now: datetime) -> Receipt | None:
    found = session.scalar(
        select(staff_tasks.c.id)
        .join_from(staff_tasks, attempts, attempts.c.message_id == staff_tasks.c.message_id)
        .where(attempts.c.claim_id == attempt_id, staff_tasks.c.kind == TaskKind.STEP.value)
    )
    return None if found is None else _receipt(session, found, now)


def _receipt(session: Session, task_id: int, now: datetime) -> Receipt:
    task = session.execute(select(staff_tasks).where(staff_tasks.c.id == task_id)).mappings().one()
    return Receipt(f"{_RECEIPT}{task_id}", ask_after=wait_for(task, now))


@contextmanager
def _nothing_is_written() -> Iterator[None]:
    """What fails before the commit is rolled back."""
    try:
        yield
    except SQLAlchemyError as error:
        raise _unavailable(error) from error


def _unavailable(error: SQLAlchemyError) -> DeliveryError:
    why = str(error).partition("\n")[0]
    return DeliveryError(f"The database cannot be used now: {why}", permanent=False, fault="provider")
