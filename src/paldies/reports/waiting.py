"""What waits for a person at the shop, each with who it is for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, func, select
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.store.schema import customers, enrolments, messages, orders
from paldies.store.statuses import has_status

MOST = 200  # of one kind that are shown at once


@dataclass(frozen=True, slots=True)
class Letter:
    """A message, whatever its channel, and its customer; instants are UTC."""

    id: int
    key: str
    campaign: str
    step: str
    channel: str
    status: MessageStatus
    reason: str
    note: str
    send_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None
    customer_id: int
    order_id: int | None
    order: str  # its number; empty if it is about no order
    name: str
    address: str
    locale: str

    @property
    def sentence(self) -> str:
        """Why it stands where it stands."""
        return Reason[self.reason.upper()].sentence if self.reason else ""


@dataclass(frozen=True, slots=True)
class Stack:
    """Messages of one campaign that are held for the same reason."""

    campaign: str
    reason: Reason
    count: int
    since: datetime


def to_approve(session: Session) -> list[Letter]:
    """The most urgent first: at `send_at` silence is an answer, too."""
    held = _LETTERS.where(has_status(MessageStatus.HELD), messages.c.reason == Reason.APPROVAL.value)
    return _letters(session, held.order_by(messages.c.send_at, messages.c.id))


def held(session: Session, campaign: str, reason: Reason) -> list[Letter]:
    """What else waits for a person's word: the first 200 of a stack."""
    others = _LETTERS.where(has_status(MessageStatus.HELD), messages.c.reason == reason.value)
    others = others.where(messages.c.campaign == campaign)
    return _letters(session, others.order_by(messages.c.send_at, messages.c.id))


def stacks(session: Session) -> list[Stack]:
    """The same, counted."""
    groups = messages.c.campaign, messages.c.reason
    counted = (
        select(*groups, func.count().label("count"), func.min(messages.c.send_at).label("since"))
        .where(has_status(MessageStatus.HELD), messages.c.reason != Reason.APPROVAL.value)
        .group_by(*groups)
        .order_by(*groups)
    )
    return [
        Stack(row.campaign, Reason[row.reason.upper()], row._mapping["count"], row.since)
        for row in session.execute(counted)
    ]


def in_doubt(session: Session) -> list[Letter]:
    """What may have left, and nobody knows."""
    return _letters(session, _LETTERS.where(has_status(MessageStatus.UNCONFIRMED)).order_by(messages.c.id))


def failed(session: Session, since: datetime) -> list[Letter]:
    """What was refused for good or given up since then, the latest first."""
    ended = _LETTERS.where(messages.c.ended_at >= since, messages.c.status == MessageStatus.FAILED.value)
    return _letters(session, ended.order_by(messages.c.ended_at.desc(), messages.c.id.desc()).limit(20))


def find_letter(session: Session, message_id: int) -> Letter | None:
    """Whatever its state."""
    row = session.execute(_LETTERS.where(messages.c.id == message_id)).mappings().first()
    return _letter(row) if row else None


def _letters(session: Session, wanted: Select[Any]) -> list[Letter]:
    return [_letter(row) for row in session.execute(wanted).mappings()]


def _letter(row: RowMapping) -> Letter:
    of_order = row["order_id"] is not None
    first, last = (row[f"ordered_{name}"] or row[name] for name in ("first_name", "last_name"))
    which = "email" if row["channel"] == "email" else "phone"
    return Letter(
        **{name: row[name] for name in _OWN},
        status=MessageStatus(row["status"]),
        order=row["number"] or "",
        name=f"{first} {last}".strip(),
        address=row[f"ordered_{which}"] if of_order else row[which],
        locale=row["ordered_locale"] or row["locale"],
    )


_OWN = "id key campaign step channel reason note send_at claimed_at ended_at customer_id order_id".split()
_CONTACT = ("first_name", "last_name", "email", "phone", "locale")
_LETTERS: Select[Any] = (
    select(*(messages.c[name] for name in [*_OWN[:-1], "status"]), enrolments.c.order_id, orders.c.number)
    .add_columns(*(orders.c[name].label(f"ordered_{name}") for name in _CONTACT))
    .add_columns(*(customers.c[name] for name in _CONTACT))
    .join_from(messages, enrolments, enrolments.c.id == messages.c.enrolment_id)
    .join(customers, customers.c.id == messages.c.customer_id)
    .join(orders, orders.c.id == enrolments.c.order_id, isouter=True)
    .limit(MOST)
)
