"""What customers wish to get, and not to get, from now on."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.calendar import Hours
from paldies.campaigns.traits import Window
from paldies.campaigns.words import Purpose, TaskKind
from paldies.customers.revision import bump
from paldies.customers.suppressions import suppress
from paldies.replies.cases import open_case
from paldies.replies.regarding import Regarding
from paldies.replies.tasks import open_task
from paldies.store.schema import staff_tasks

SOON = timedelta(hours=1)
_PEOPLE_IN = Window(frozenset(range(5)), opens=9 * 60, closes=18 * 60, on_holidays=False)
_ASKS_TO_BE_RUNG = "Asks to be rung back."


def working_hours(zone: str, country: str) -> Hours:
    """When there are people at a shop, unless it is an unusual one; `zone` is IANA, `country` ISO 3166-1."""
    return Hours((_PEOPLE_IN,), (zone,), country)


def unsubscribe(session: Session, about: Regarding, *, everything: bool, now: datetime) -> None:
    """No more promotional messages to where this one went; `everything`: no more messages at all."""
    if everything:
        suppress(
            session,
            about.address,
            reason="asked, by the link in a message, to get no more messages at all",
            source="unsubscribe",
            now=now,
        )
    else:
        suppress(
            session,
            about.address,
            reason="unsubscribed by the link in a message",
            source="unsubscribe",
            now=now,
            channel=about.channel,
            purpose=Purpose.PROMOTIONAL.value,
        )


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
    session: Session, about: Regarding, *, text: str, ring: bool, working: Hours, now: datetime
) -> int:
    """The number of the case; `ring`: the customer wants to be rung about it. Raises CaseIsFull."""
    said = text or _ASKS_TO_BE_RUNG
    case_id = open_case(session, about.customer_id, order_id=about.order_id, text=said, now=now)
    if ring:
        call_back(session, about, script=said, working=working, now=now)
    return case_id


def call_back(session: Session, about: Regarding, *, script: str = "", working: Hours, now: datetime) -> None:
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
