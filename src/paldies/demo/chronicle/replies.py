"""What came back: what staff have done, what customers have said, and what they wish."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.demo.chronicle.entry import WHOSE, Entry, Kind, whose
from paldies.store.schema import cases, customers, feedback, messages, orders, staff_tasks, suppressions


class Tasks:
    """Each is told when it is asked for, and when it is over."""

    def __init__(self) -> None:
        self._asked: set[int] = set()
        self._done: set[int] = set()

    def news(self, session: Session, now: datetime) -> Iterator[Entry]:
        found = session.execute(
            _of_customers(staff_tasks, messages.c.campaign, messages.c.step)
            .join(messages, messages.c.id == staff_tasks.c.message_id, isouter=True)
            .where(staff_tasks.c.id.not_in(self._done))
            .order_by(staff_tasks.c.id)
        )
        for row in found.mappings():
            told = {
                "campaign": row["campaign"] or "",
                "step": row["step"] or "",
                "channel": "task",
                "id": str(row["id"]),
                "text": row["script"],
                "until": row["due_at"],
                **whose(row),
            }
            if row["id"] not in self._asked:
                self._asked.add(row["id"])
                yield Entry(row["created_at"], Kind.TASK, row["kind"], **told)
            if row["done_at"]:
                self._done.add(row["id"])
                note = ": ".join(filter(None, (row["done_by"], row["note"])))
                yield Entry(row["done_at"], Kind.TASK, row["outcome"], **told, note=note)


class Cases:
    def __init__(self) -> None:
        self._opened: set[int] = set()
        self._closed: set[int] = set()

    def news(self, session: Session, now: datetime) -> Iterator[Entry]:
        found = session.execute(
            _of_customers(cases).where(cases.c.id.not_in(self._closed)).order_by(cases.c.id)
        )
        for row in found.mappings():
            told = {"id": str(row["id"]), "text": row["text"], **whose(row)}
            if row["id"] not in self._opened:
                self._opened.add(row["id"])
                yield Entry(row["opened_at"], Kind.CASE, "opened", **told)
            if row["closed_at"]:
                self._closed.add(row["id"])
                note = ": ".join(filter(None, (row["closed_by"], row["resolution"])))
                yield Entry(row["closed_at"], Kind.CASE, "closed", **told, note=note)


class Feedback:
    def __init__(self) -> None:
        self._last = 0

    def news(self, session: Session, now: datetime) -> Iterator[Entry]:
        found = session.execute(
            _of_customers(feedback).where(feedback.c.id > self._last).order_by(feedback.c.id)
        )
        for row in found.mappings():
            self._last = row["id"]
            yield Entry(row["received_at"], Kind.ANSWER, "rated", id=str(row["id"]), text=row["text"],
                        rating=row["rating"], **whose(row))  # fmt: skip


class Wishes:
    """What customers themselves have asked not to get any more; the latest order names them."""

    def __init__(self) -> None:
        self._last = 0

    def news(self, session: Session, now: datetime) -> Iterator[Entry]:
        found = session.execute(
            select(suppressions, *WHOSE)
            .join_from(
                suppressions,
                orders,
                (orders.c.email == suppressions.c.address) | (orders.c.phone == suppressions.c.address),
            )
            .join(customers, customers.c.id == orders.c.customer_id)
            .where(suppressions.c.id > self._last)
            .order_by(suppressions.c.id, orders.c.id.desc())
        )
        told: set[tuple[str, str]] = set()
        for row in found.mappings():
            self._last = max(self._last, row["id"])
            wish = (row["address"], row["source"])
            if wish not in told and row["source"] in ("unsubscribe", "call"):
                told.add(wish)
                yield Entry(row["suppressed_at"], Kind.WISH, row["source"], channel=row["channel"],
                            note=row["reason"], **whose(row))  # fmt: skip


def _of_customers(table: Any, *columns: Any) -> Any:
    return (
        select(table, *columns, *WHOSE)
        .join_from(table, customers, customers.c.id == table.c.customer_id)
        .join(orders, orders.c.id == table.c.order_id, isouter=True)
    )
