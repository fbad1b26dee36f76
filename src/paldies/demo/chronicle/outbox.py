"""What was said, what waits, and what never will be."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.demo.chronicle.entry import WHOSE, Entry, Kind, whose
from paldies.outbox.composer import opened
from paldies.store.schema import attempts, customers, delivery_events, enrolments, messages, orders

_FINAL = (MessageStatus.SKIPPED, MessageStatus.CANCELLED, MessageStatus.FAILED)
_TOLD_BY_THE_NETWORK = {"call": Kind.CALL, "sms": Kind.TEXT}
_UNDER_WAY = ("queued", "ringing", "passed_on")


class Attempts:
    """Letters that left, texts that were handed over, and what was to come back later."""

    def __init__(self) -> None:
        self._told: set[int] = set()

    def news(self, session: Session, now: datetime) -> Iterator[Entry]:
        found = session.execute(
            of_messages(attempts.c.id.label("attempt"), attempts.c.ended_at.label("at"), attempts.c.outcome)
            .add_columns(attempts.c.note.label("said"), attempts.c.locale, attempts.c.content)
            .join(attempts, attempts.c.message_id == messages.c.id)
            .where(attempts.c.ended_at.is_not(None), attempts.c.id.not_in(self._told))
            .order_by(attempts.c.id)
        )
        for row in found.mappings():
            self._told.add(row["attempt"])
            if row["outcome"] == MessageStatus.SENT and row["channel"] == "email":
                subject, text = _words(row)
                yield entry_of(row, Kind.LETTER, row["at"], what="sent", id=row["rfc_id"],
                               locale=row["locale"], subject=subject, text=text)  # fmt: skip
            elif row["outcome"] == Reason.TRY_AGAIN:
                yield entry_of(row, Kind.LATER, row["at"], what="try again", reason=row["outcome"],
                               note=row["said"])  # fmt: skip


class Deliveries:
    """How calls and texts ended, as the telephone company says."""

    def __init__(self) -> None:
        self._last = 0

    def news(self, session: Session, now: datetime) -> Iterator[Entry]:
        found = session.execute(
            of_messages(delivery_events.c.id.label("event"), delivery_events.c.happened_at)
            .add_columns(delivery_events.c.kind.label("what"), delivery_events.c.note.label("said"))
            .add_columns(messages.c.receipt, attempts.c.content, attempts.c.locale)
            .join(delivery_events, delivery_events.c.message_id == messages.c.id)
            .join(attempts, attempts.c.claim_id == messages.c.claim_id)
            .where(delivery_events.c.id > self._last)
            .order_by(delivery_events.c.id)
        )
        for row in found.mappings():
            self._last = row["event"]
            kind = _TOLD_BY_THE_NETWORK.get(row["channel"])
            if kind is None or row["what"] in _UNDER_WAY:
                continue
            yield entry_of(
                row,
                kind,
                row["happened_at"],
                what=row["what"],
                note=row["said"],
                id=row["receipt"],
                locale=row["locale"],
                text=_words(row)[1],
            )


class EndedMessages:
    """What never left; of a call or a text that did, the network tells."""

    def __init__(self) -> None:
        self._told: set[int] = set()

    def news(self, session: Session, now: datetime) -> Iterator[Entry]:
        found = session.execute(
            of_messages(messages.c.ended_at, messages.c.reason, messages.c.note)
            .where(messages.c.status.in_(_FINAL), messages.c.receipt == "", messages.c.id.not_in(self._told))
            .order_by(messages.c.ended_at, messages.c.id)
        )
        for row in found.mappings():
            self._told.add(row["id"])
            yield entry_of(row, Kind.SILENCE, row["ended_at"], what=row["status"], reason=row["reason"],
                           note=row["note"])  # fmt: skip


class WaitingMessages:
    """What waits for an hour, or for the end of a complaint."""

    def __init__(self) -> None:
        self._told: dict[int, str] = {}  # message → the reason told last

    def news(self, session: Session, now: datetime) -> Iterator[Entry]:
        found = session.execute(
            of_messages(messages.c.reason, messages.c.note, messages.c.send_at, messages.c.parked_at)
            .where(messages.c.status == MessageStatus.SCHEDULED, messages.c.reason != "")
            .where(messages.c.reason.not_in((Reason.PLANNED, Reason.TRY_AGAIN, Reason.IN_FLIGHT)))
        )
        for row in found.mappings():
            if self._told.get(row["id"]) != row["reason"]:
                self._told[row["id"]] = row["reason"]
                until = None if row["parked_at"] else row["send_at"]
                yield entry_of(row, Kind.LATER, now, what="parked" if row["parked_at"] else "deferred",
                               reason=row["reason"], note=row["note"], until=until)  # fmt: skip


def _words(row: RowMapping) -> tuple[str, str]:
    """Subject and text of what was sent."""
    return opened(row["content"]) if row["content"] else ("", "")


def of_messages(*columns: Any) -> Any:
    return (
        select(messages.c.id, messages.c.status, messages.c.campaign, messages.c.step, messages.c.rfc_id)
        .add_columns(messages.c.channel, *columns, *WHOSE)
        .join_from(messages, enrolments, enrolments.c.id == messages.c.enrolment_id)
        .join(orders, orders.c.id == enrolments.c.order_id)
        .join(customers, customers.c.id == orders.c.customer_id)
    )


def entry_of(row: RowMapping, kind: Kind, at: datetime, **details: Any) -> Entry:
    about = {name: row[name] for name in ("campaign", "step", "channel")}
    return Entry(at, kind, **about, **whose(row), **details)
