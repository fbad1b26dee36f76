"""What a corrected time does to campaigns that count from it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.store.schema import enrolments, messages, order_events


def retime(session: Session, corrected: Mapping[int, datetime]) -> None:
    """Moves what has not been tried yet along with its event, by event id; the policy looks at it afresh.

    Nothing is sent again: further legs and what was tried keep their times.
    """
    if not corrected:
        return
    inside = session.execute(
        select(enrolments.c.id, enrolments.c.event_id, enrolments.c.event_at)
        .join_from(enrolments, order_events, order_events.c.order_id == enrolments.c.order_id)
        .where(order_events.c.id.in_(corrected), enrolments.c.event_id == order_events.c.id)
    ).all()
    if not inside:
        return
    moved = {row.id: (row.event_at, corrected[row.event_id]) for row in inside}
    session.connection().execute(
        update(enrolments).where(enrolments.c.id == bindparam("row")).values(event_at=bindparam("at")),
        [{"row": row, "at": after} for row, (_, after) in moved.items()],
    )
    waiting = session.execute(
        select(messages.c.id, messages.c.enrolment_id, messages.c.send_at, messages.c.reason)
        .where(messages.c.enrolment_id.in_(moved))
        .where(messages.c.status == MessageStatus.SCHEDULED.value)
        .where(messages.c.leg == 1, messages.c.attempts == 0)
    ).all()
    if waiting:
        session.connection().execute(
            update(messages)
            .where(messages.c.id == bindparam("row"), messages.c.status == MessageStatus.SCHEDULED.value)
            .values(send_at=bindparam("at"), expires_at=None),
            [{"row": row.id, "at": _moved(row, *moved[row.enrolment_id])} for row in waiting],
        )


def _moved(message: Any, before: datetime, after: datetime) -> datetime:
    """A message that chose its moment itself is looked at once more, at once: it chooses again."""
    if message.reason == Reason.PLANNED.value:
        return after
    shift: timedelta = after - before
    at: datetime = message.send_at + shift
    return at
