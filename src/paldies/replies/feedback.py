"""How was it? One answer for each message that asked, and a case where it is not a good one."""

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.customers.revision import bump
from paldies.replies.duty import Duty
from paldies.replies.hearing import Heard, hear
from paldies.replies.news import told_once
from paldies.replies.regarding import Regarding
from paldies.store.schema import feedback

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
    told_once(session, about.order_id, EventKind.FEEDBACK, now=now)
    if not is_problem and (rating is None or rating > _BAD):
        return None
    complaint = "\n".join(filter(None, (f"{rating} of {RATINGS[-1]}" if rating else "", text)))
    return hear(session, about, text=complaint, duty=duty, now=now)
