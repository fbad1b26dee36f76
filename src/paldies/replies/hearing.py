"""A customer who complains by one of our pages is heard: there is a case, and somebody is promised."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from paldies.replies.cases import open_case, promise_of
from paldies.replies.duty import Duty, Promise
from paldies.replies.regarding import Regarding


@dataclass(frozen=True, slots=True)
class Heard:
    """The number of the case, and what the customer was told about it, now or when it was opened."""

    case: int
    promise: Promise | None


def hear(session: Session, about: Regarding, *, text: str, duty: Duty, now: datetime) -> Heard:
    """Raises CaseIsFull."""
    promise = duty.promise(now)
    case = open_case(session, about.customer_id, order_id=about.order_id, text=text, now=now, promise=promise)
    return Heard(case, promise_of(session, case))
