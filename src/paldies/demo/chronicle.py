"""What has happened so far, read from the rows that paldies itself writes: nothing here is made up."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EnrolmentState, EventKind, MessageStatus
from paldies.store.schema import attempts, cursors, customers, enrolments, messages, order_events, orders


class Kind(StrEnum):
    ORDER = "order"  # something happened to an order
    LETTER = "letter"  # one left
    LATER = "later"  # one waits, for a reason
    SILENCE = "silence"  # one never leaves, for a reason
    SHOP = "shop"  # the shop cannot be read, or can be again


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the chronicle; `at` is application time."""

    at: datetime
    kind: Kind
    what: str  # an event's kind, a message's or an enrolment's state
    who: str = ""
    city: str = ""
    number: str = ""  # of the order
    amount: str = ""
    campaign: str = ""
    step: str = ""
    reason: str = ""  # a word of the closed list
    note: str = ""  # what the other side said
    until: datetime | None = None
    mail_id: str = ""  # the Message-ID of what left
    locale: str = ""

    @property
    def sentence(self) -> str:
        """The one reason, as a shop assistant would say it."""
        return Reason[self.reason.upper()].sentence if self.reason else ""


@dataclass(frozen=True, slots=True)
class Tally:
    orders: int = 0
    history: int = 0
    sent: int = 0
    waiting: int = 0


_ORDER = (
    orders.c.number,
    orders.c.city,
    orders.c.total,
    orders.c.currency,
    orders.c.email,
    func.coalesce(func.nullif(orders.c.first_name, ""), customers.c.first_name).label("first_name"),
    func.coalesce(func.nullif(orders.c.last_name, ""), customers.c.last_name).label("last_name"),
)
_FINAL = (MessageStatus.SKIPPED, MessageStatus.CANCELLED, MessageStatus.FAILED)
_CLOSED = (EnrolmentState.DECLINED, EnrolmentState.JOINED)


class Chronicle:
    """Grows with every look; entries that were told once stay as they are."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.tally = Tally()
        self._events = self._enrolments = 0  # the last rows that were told
        self._told: set[int] = set()  # messages and attempts that are over
        self._attempts: set[int] = set()
        self._waits: dict[int, str] = {}  # message → the reason told last
        self._shop_is_down = False

    def look(self, session: Session, now: datetime) -> list[Entry]:
        """What is new since the last look, in the order in which it happened."""
        news = [
            *self._order_events(session),
            *self._closed_enrolments(session),
            *self._ended_attempts(session),
            *self._ended_messages(session),
            *self._waiting_messages(session, now),
            *self._shop(session, now),
        ]
        news.sort(key=lambda entry: entry.at)
        self.entries += news
        self._count(session)
        return news

    def silences(self) -> list[tuple[str, int]]:
        """Reasons for which nothing left, and how often, the most frequent first."""
        return Counter(entry.reason for entry in self.entries if entry.kind is Kind.SILENCE).most_common()

    def _order_events(self, session: Session) -> Iterator[Entry]:
        found = session.execute(
            select(order_events, *_ORDER)
            .join_from(order_events, orders, orders.c.id == order_events.c.order_id)
            .join(customers, customers.c.id == orders.c.customer_id)
            .where(order_events.c.id > self._events)
            .order_by(order_events.c.id)
        )
        for row in found.mappings():
            self._events = row["id"]
            if not row["is_history"] and row["kind"] != EventKind.CONFIRMED:
                yield Entry(row["first_seen_at"], Kind.ORDER, row["kind"], **_order_of(row))

    def _closed_enrolments(self, session: Session) -> Iterator[Entry]:
        found = session.execute(
            select(enrolments, *_ORDER)
            .join_from(enrolments, orders, orders.c.id == enrolments.c.order_id)
            .join(customers, customers.c.id == orders.c.customer_id)
            .where(enrolments.c.id > self._enrolments)
            .order_by(enrolments.c.id)
        )
        for row in found.mappings():
            self._enrolments = row["id"]
            if row["state"] in _CLOSED:
                yield Entry(
                    row["created_at"],
                    Kind.SILENCE,
                    row["state"],
                    **_order_of(row),
                    campaign=row["campaign"],
                    reason=row["reason"],
                    note=row["note"],
                )

    def _ended_attempts(self, session: Session) -> Iterator[Entry]:
        """Letters that left, and those that were to come back later."""
        found = session.execute(
            _of_messages(attempts.c.id.label("attempt"), attempts.c.ended_at.label("at"))
            .add_columns(attempts.c.outcome, attempts.c.note.label("said"), attempts.c.locale)
            .join(attempts, attempts.c.message_id == messages.c.id)
            .where(attempts.c.ended_at.is_not(None), attempts.c.id.not_in(self._attempts))
            .order_by(attempts.c.id)
        )
        for row in found.mappings():
            self._attempts.add(row["attempt"])
            if row["outcome"] == MessageStatus.SENT:
                yield _entry(row, Kind.LETTER, row["at"], what="sent", mail_id=row["rfc_id"],
                             locale=row["locale"])  # fmt: skip
            elif row["outcome"] == Reason.TRY_AGAIN:
                yield _entry(row, Kind.LATER, row["at"], what="try again", reason=row["outcome"],
                             note=row["said"])  # fmt: skip

    def _ended_messages(self, session: Session) -> Iterator[Entry]:
        found = session.execute(
            _of_messages(messages.c.ended_at, messages.c.reason, messages.c.note)
            .where(messages.c.status.in_(_FINAL), messages.c.id.not_in(self._told))
            .order_by(messages.c.ended_at, messages.c.id)
        )
        for row in found.mappings():
            self._told.add(row["id"])
            yield _entry(row, Kind.SILENCE, row["ended_at"], what=row["status"], reason=row["reason"],
                         note=row["note"])  # fmt: skip

    def _waiting_messages(self, session: Session, now: datetime) -> Iterator[Entry]:
        found = session.execute(
            _of_messages(messages.c.reason, messages.c.note, messages.c.send_at)
            .where(messages.c.status == MessageStatus.SCHEDULED, messages.c.reason != "")
            .where(messages.c.reason.not_in((Reason.PLANNED, Reason.TRY_AGAIN)))
        )
        for row in found.mappings():
            if self._waits.get(row["id"]) != row["reason"]:
                self._waits[row["id"]] = row["reason"]
                yield _entry(row, Kind.LATER, now, what="deferred", reason=row["reason"], note=row["note"],
                             until=row["send_at"])  # fmt: skip

    def _shop(self, session: Session, now: datetime) -> Iterator[Entry]:
        trouble = session.scalar(select(cursors.c.error).where(cursors.c.failing_since.is_not(None)))
        if bool(trouble) != self._shop_is_down:
            self._shop_is_down = bool(trouble)
            yield Entry(now, Kind.SHOP, "down" if trouble else "up", note=trouble or "")

    def _count(self, session: Session) -> None:
        waiting = select(func.count()).where(messages.c.status == MessageStatus.SCHEDULED)
        history = select(func.count(order_events.c.order_id.distinct())).where(order_events.c.is_history)
        self.tally = Tally(
            orders=sum(entry.what == EventKind.PLACED for entry in self.entries),
            history=session.scalar(history) or 0,
            sent=sum(entry.kind is Kind.LETTER for entry in self.entries),
            waiting=session.scalar(waiting) or 0,
        )


def _of_messages(*columns: Any) -> Any:
    return (
        select(messages.c.id, messages.c.status, messages.c.campaign, messages.c.step, messages.c.rfc_id)
        .add_columns(*columns, *_ORDER)
        .join_from(messages, enrolments, enrolments.c.id == messages.c.enrolment_id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .join(customers, customers.c.id == orders.c.customer_id)
    )


def _entry(row: RowMapping, kind: Kind, at: datetime, **details: Any) -> Entry:
    return Entry(at, kind, campaign=row["campaign"], step=row["step"], **_order_of(row), **details)


def _order_of(row: RowMapping) -> dict[str, Any]:
    name = f"{row['first_name'] or ''} {row['last_name'] or ''}".strip()
    return {
        "who": name or row["email"] or "somebody",
        "city": row["city"],
        "number": row["number"],
        "amount": f"{row['total'] / 100:.2f} {row['currency']}",
    }
