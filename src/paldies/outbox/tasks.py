"""What the end of a passage does to what staff were asked to do for it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus, TaskKind, TaskOutcome
from paldies.store.schema import messages, staff_tasks

_HANDED_OVER = (MessageStatus.SENT.value, MessageStatus.UNCONFIRMED.value)


def withdraw(session: Session, enrolment_ids: Collection[int], reason: Reason, now: datetime) -> None:
    """Takes back the steps' tasks that nobody has done: no customer ever hears of them.

    Their messages are cancelled, as if they had not been handed over. What a customer has asked for stays.
    """
    of_the_passages = select(messages.c.id).where(messages.c.enrolment_id.in_(enrolment_ids))
    taken_back = session.scalars(
        update(staff_tasks)
        .where(staff_tasks.c.message_id.in_(of_the_passages))
        .where(staff_tasks.c.kind == TaskKind.STEP.value, staff_tasks.c.done_at.is_(None))
        .values(done_at=now, outcome=TaskOutcome.WITHDRAWN.value, note=reason.sentence)
        .returning(staff_tasks.c.message_id)
    ).all()
    if taken_back:
        session.execute(
            update(messages)
            .where(messages.c.id.in_(taken_back), messages.c.status.in_(_HANDED_OVER))
            .values(status=MessageStatus.CANCELLED.value, reason=reason.value, ended_at=now, look_at=None)
        )
