"""Text messages from customers: refusals are obeyed at once, and everything else is read by a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.office_hours import OfficeHours
from paldies.campaigns.words import TaskKind
from paldies.customers.revision import bump
from paldies.customers.suppressions import lift, suppress
from paldies.replies.refusals import Said, understood
from paldies.replies.regarding import Regarding, regarding
from paldies.replies.tasks import open_task
from paldies.store.schema import attempts, delivery_events, messages, orders, staff_tasks

SOON = timedelta(hours=1)
_LONGEST_SCRIPT = 4000  # characters
_LONGEST_NOTE = 300
_MACHINES = ("sms", "call")
_MAY_BE_A_REFUSAL = "May be a refusal. If it is: paldies customers suppress"


@dataclass(frozen=True, slots=True)
class Text:
    """One text message to our number."""

    sid: str  # what the provider calls it, the same however often it is told
    sender: str  # E.164
    body: str
    keyword: Said | None = None  # what the provider itself has understood


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of it. `is_news`: it was not told before."""

    said: Said
    is_news: bool
    about: Regarding | None = None  # what they were last sent; None: nobody of this number is known
    task: int | None = None


def take_in(session: Session, text: Text, *, working: OfficeHours, now: datetime) -> Answered:
    """Obeys or passes it on; told twice, it counts once."""
    said = text.keyword or understood(text.body)
    about = _last_sent(session, text.sender)
    if about:
        bump(session, [about.customer_id])  # the lock under which two texts do not become two tasks
    if not _note(session, text, about, now=now):
        return Answered(said, is_news=False, about=about)
    match said:
        case Said.STOP:
            for channel in _MACHINES:
                _suppress(session, text, channel=channel, now=now)
        case Said.REFUSAL:
            _suppress(session, text, channel="", now=now)
        case Said.START:
            for channel in _MACHINES:
                lift(session, text.sender, by="the customer, by text message", channel=channel, now=now)
        case Said.DOUBTFUL | Said.OTHER if about:
            task = _ask_staff(session, text, about, said, working=working, now=now)
            return Answered(said, is_news=True, about=about, task=task)
    return Answered(said, is_news=True, about=about)


def _last_sent(session: Session, number: str) -> Regarding | None:
    """What went to this number last; a reply is most likely about that."""
    customers = select(orders.c.customer_id).where(orders.c.phone == number)
    message_id = session.scalar(
        select(messages.c.id)
        .join(attempts, attempts.c.claim_id == messages.c.claim_id)
        .where(messages.c.customer_id.in_(customers), attempts.c.address == number)
        .order_by(messages.c.claimed_at.desc())
        .limit(1)
    )
    return None if message_id is None else regarding(session, message_id)


def _note(session: Session, text: Text, about: Regarding | None, *, now: datetime) -> bool:
    """False if it is on record already. The words of somebody unknown are not kept."""
    key = f"sms:in {text.sid}"
    if session.scalar(select(delivery_events.c.id).where(delivery_events.c.provider_key == key)) is not None:
        return False
    session.execute(
        insert(delivery_events).values(
            message_id=about.message_id if about else None,
            provider="sms",
            provider_key=key,
            kind=DeliveryKind.REPLIED.value,
            note=text.body[:_LONGEST_NOTE] if about else "",
            happened_at=now,
            received_at=now,
        )
    )
    return True


def _suppress(session: Session, text: Text, *, channel: str, now: datetime) -> None:
    reason = "asked, by text message, not to be contacted any more"
    suppress(session, text.sender, channel=channel, reason=reason, source="sms", now=now)


def _ask_staff(
    session: Session, text: Text, about: Regarding, said: Said, *, working: OfficeHours, now: datetime
) -> int:
    """One task for everything that a customer has written until somebody has answered."""
    words = f"{_MAY_BE_A_REFUSAL}\n\n{text.body}" if said is Said.DOUBTFUL else text.body
    of_customer = (
        select(staff_tasks.c.id, staff_tasks.c.script, staff_tasks.c.done_at)
        .where(staff_tasks.c.kind == TaskKind.ANSWER.value, staff_tasks.c.customer_id == about.customer_id)
        .order_by(staff_tasks.c.id.desc())
    )
    known = session.execute(of_customer).all()
    if waiting := next((one for one in known if one.done_at is None), None):
        script = f"{waiting.script}\n\n{words}"[:_LONGEST_SCRIPT]
        session.execute(update(staff_tasks).where(staff_tasks.c.id == waiting.id).values(script=script))
        return int(waiting.id)
    return open_task(
        session,
        kind=TaskKind.ANSWER,
        message_id=None if known else about.message_id,  # what was answered once is not answered again
        customer_id=about.customer_id,
        order_id=about.order_id,
        script=words[:_LONGEST_SCRIPT],
        due_at=(working.next_open(now) or now) + SOON,
        now=now,
    )
