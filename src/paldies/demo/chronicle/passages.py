"""What befell the orders, and those that entered no campaign."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.words import EnrolmentState
from paldies.demo.chronicle.entry import WHOSE, Entry, Kind, whose
from paldies.demo.chronicle.words import HAPPENED
from paldies.store.schema import cursors, customers, enrolments, order_events, orders

_CLOSED = (EnrolmentState.DECLINED, EnrolmentState.JOINED)


class OrderEvents:
    """Those that have a word for themselves: complaints and promises are told by what follows from them."""

    def __init__(self) -> None:
        self._last = 0

    def news(self, session: Session, now: datetime) -> Iterator[Entry]:
        found = session.execute(
            select(order_events, *WHOSE)
            .join_from(order_events, orders, orders.c.id == order_events.c.order_id)
            .join(customers, customers.c.id == orders.c.customer_id)
            .where(order_events.c.id > self._last)
            .order_by(order_events.c.id)
        )
        for row in found.mappings():
            self._last = row["id"]
            if not row["is_history"] and row["kind"] in HAPPENED:
                yield Entry(row["first_seen_at"], Kind.ORDER, row["kind"], **whose(row))


class ClosedEnrolments:
    def __init__(self) -> None:
        self._last = 0

    def news(self, session: Session, now: datetime) -> Iterator[Entry]:
        found = session.execute(
            select(enrolments, *WHOSE)
            .join_from(enrolments, orders, orders.c.id == enrolments.c.order_id)
            .join(customers, customers.c.id == orders.c.customer_id)
            .where(enrolments.c.id > self._last)
            .order_by(enrolments.c.id)
        )
        for row in found.mappings():
            self._last = row["id"]
            if row["state"] in _CLOSED:
                yield Entry(
                    row["created_at"],
                    Kind.SILENCE,
                    row["state"],
                    **whose(row),
                    campaign=row["campaign"],
                    reason=row["reason"],
                    note=row["note"],
                )


class ShopStates:
    def __init__(self) -> None:
        self._is_down = False

    def news(self, session: Session, now: datetime) -> Iterator[Entry]:
        trouble = session.scalar(select(cursors.c.error).where(cursors.c.failing_since.is_not(None)))
        if bool(trouble) != self._is_down:
            self._is_down = bool(trouble)
            yield Entry(now, Kind.SHOP, "down" if trouble else "up", note=trouble or "")
