"""How was it? One answer for each message that asked, and a case where it is not a good one."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.customers.revision import bump
from paldies.replies.duty import Duty
from paldies.replies.hearing import Heard, hear
from paldies.replies.regarding import Regarding
from paldies.store.schema import feedback, order_events

RATINGS = range(1, 6)  # 1 is the worst
_BAD = 2  # from here on down somebody at the shop looks into it


def give(
    session: Session,
    about: Regarding,
    *,
    rating: int | None,
    text: str,
    is_problem: bool,
    duty: Duty,
    now: datetime,
) -> Heard | None:
    """What came of it, if it is a complaint.

    A second answer to the same message takes the place of the first. Raises CaseIsFull.
    """
    bump(session, [about.customer_id])  # the lock under which two answers do not become two rows
    said = {"rating": rating, "text": text, "received_at": now}
    given = update(feedback).where(feedback.c.message_id == about.message_id).values(said)
    if session.scalars(given.returning(feedback.c.id)).first() is None:
        whose = {"customer_id": about.customer_id, "order_id": about.order_id}
        session.execute(insert(feedback).values(message_id=about.message_id, **whose, **said))
    _let_campaigns_know(session, about.order_id, now=now)
    if not is_problem and (rating is None or rating > _BAD):
        return None
    complaint = "\n".join(filter(None, (f"{rating} of {RATINGS[-1]}" if rating else "", text)))
    return hear(session, about, text=complaint, duty=duty, now=now)


def _let_campaigns_know(session: Session, order_id: int | None, *, now: datetime) -> None:
    """It happens to an order once, however often and to whichever message the customer answers."""
    if order_id is None:
        return
    kind = EventKind.FEEDBACK.value
    known = select(order_events.c.id).where(order_events.c.order_id == order_id, order_events.c.kind == kind)
    if session.scalar(known.limit(1)) is None:
        session.execute(
            insert(order_events).values(
                order_id=order_id,
                kind=kind,
                ordinal=1,
                happened_at=now,
                first_seen_at=now,
                is_history=False,
                amount=0,
            )
        )
