"""What customers ask of the shop: to be heard, to be rung, not to be called."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.office_hours import OfficeHours
from paldies.campaigns.words import TaskKind
from paldies.customers.revision import bump
from paldies.customers.suppressions import suppress
from paldies.replies.duty import Duty
from paldies.replies.hearing import Heard, hear
from paldies.replies.regarding import Regarding
from paldies.replies.tasks import open_task
from paldies.store.schema import staff_tasks

SOON = timedelta(hours=1)
_ASKS_TO_BE_RUNG = "Asks to be rung back."


def stop_calls(session: Session, about: Regarding, *, now: datetime) -> None:
    """Nobody rings this number any more, neither a machine nor a person."""
    for channel in ("call", "task"):
        suppress(
            session,
            about.address,
            reason="asked during a call not to be called again",
            source="call",
            now=now,
            channel=channel,
        )


def complain(
    session: Session, about: Regarding, *, text: str, ring: bool, duty: Duty, now: datetime
) -> Heard:
    """`ring`: the customer wants to be rung about it. Raises CaseIsFull."""
    said = text or _ASKS_TO_BE_RUNG
    heard = hear(session, about, text=said, duty=duty, now=now)
    if ring:
        call_back(session, about, script=said, working=duty.hours, now=now)
    return heard


def call_back(
    session: Session, about: Regarding, *, script: str = "", working: OfficeHours, now: datetime
) -> None:
    """Somebody at the shop is to ring within an hour of its working time; asked twice, it is one task."""
    bump(session, [about.customer_id])  # the lock under which two requests do not become two tasks
    due_at = (working.next_open(now) or now) + SOON
    asked = select(staff_tasks.c.id).where(staff_tasks.c.kind == TaskKind.CALL_BACK.value)
    waiting = asked.where(staff_tasks.c.customer_id == about.customer_id, staff_tasks.c.done_at.is_(None))
    if session.scalar(waiting.where(staff_tasks.c.due_at <= due_at).limit(1)) is not None:
        return
    asked_before = session.scalar(asked.where(staff_tasks.c.message_id == about.message_id).limit(1))
    open_task(
        session,
        kind=TaskKind.CALL_BACK,
        message_id=None if asked_before else about.message_id,  # what was done once is not done again
        customer_id=about.customer_id,
        order_id=about.order_id,
        script=script or _ASKS_TO_BE_RUNG,
        due_at=due_at,
        now=now,
    )
