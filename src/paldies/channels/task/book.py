"""The staff's tasks as rows, each of which is opened once for a message, and closed once."""

from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from paldies.campaigns.words import TaskKind, TaskOutcome
from paldies.store.schema import staff_tasks


def open_task(
    session: Session,
    *,
    kind: TaskKind,
    message_id: int | None,
    customer_id: int,
    order_id: int | None,
    script: str,
    due_at: datetime,
    now: datetime,
) -> int:
    """The number of the task; a message that has asked for this kind of thing before gets the same again.

    `due_at` (UTC) is until when it is to be done.
    """
    known = _known(session, message_id, kind)
    if known is not None:
        return known
    row = {
        "kind": kind.value,
        "message_id": message_id,
        "customer_id": customer_id,
        "order_id": order_id,
        "script": script,
        "due_at": due_at,
        "created_at": now,
        "done_by": "",
        "outcome": "",
        "note": "",
    }
    try:
        with session.begin_nested():
            return int(session.scalars(insert(staff_tasks).values(row).returning(staff_tasks.c.id)).one())
    except IntegrityError:  # another process was quicker by a moment
        known = _known(session, message_id, kind)
        if known is None:
            raise
        return known


def close(
    session: Session,
    task_id: int,
    outcome: TaskOutcome,
    *conditions: ColumnElement[bool],
    now: datetime,
    by: str = "",
    note: str = "",
) -> bool:
    """False if it was closed before, or does not meet the conditions: of two who close it, one does."""
    closed = session.scalars(
        update(staff_tasks)
        .where(staff_tasks.c.id == task_id, staff_tasks.c.done_at.is_(None), *conditions)
        .values(done_at=now, done_by=by, outcome=outcome.value, note=note)
        .returning(staff_tasks.c.id)
    )
    return closed.first() is not None


def find_row(session: Session, task_id: int) -> RowMapping | None:
    return session.execute(select(staff_tasks).where(staff_tasks.c.id == task_id)).mappings().first()


def _known(session: Session, message_id: int | None, kind: TaskKind) -> int | None:
    if message_id is None:
        return None
    asked = select(staff_tasks.c.id).where(
        staff_tasks.c.message_id == message_id, staff_tasks.c.kind == kind.value
    )
    found: int | None = session.scalar(asked)
    return found
