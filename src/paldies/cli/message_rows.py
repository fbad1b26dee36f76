"""Messages as staff see them in a list, with a number that is quicker to type than a key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.store.schema import customers, enrolments, messages, orders


@dataclass(frozen=True, slots=True)
class Listed:
    """`at` is when it was sent or ended, or will be looked at; `sentence` is empty if it was sent."""

    number: int
    key: str
    campaign: str
    step: str
    channel: str
    status: str
    reason: str
    sentence: str
    note: str
    at: datetime
    is_parked: bool
    order: str
    address: str


def latest(session: Session, status: MessageStatus | None, *, campaign: str, limit: int) -> list[Listed]:
    """Those that were planned last, the newest first."""
    at = func.coalesce(
        messages.c.sent_at, messages.c.ended_at, messages.c.send_at, type_=messages.c.send_at.type
    )
    wanted = (
        select(
            messages, at.label("at"), orders.c.number, orders.c.email.label("ordered_with"), customers.c.email
        )
        .join_from(messages, enrolments, enrolments.c.id == messages.c.enrolment_id)
        .join(customers, customers.c.id == messages.c.customer_id)
        .join(orders, orders.c.id == enrolments.c.order_id, isouter=True)
        .order_by(messages.c.id.desc())
        .limit(limit)
    )
    if status:
        wanted = wanted.where(messages.c.status == status.value)
    if campaign:
        wanted = wanted.where(messages.c.campaign == campaign)
    return [
        Listed(
            number=row["id"],
            key=row["key"],
            campaign=row["campaign"],
            step=row["step"],
            channel=row["channel"],
            status=row["status"],
            reason=row["reason"],
            sentence=Reason[row["reason"].upper()].sentence if row["reason"] else "",
            note=row["note"],
            at=row["at"],
            is_parked=row["parked_at"] is not None,
            order=row["number"] or "",
            address=row["ordered_with"] or row["email"],
        )
        for row in session.execute(wanted).mappings()
    ]


def spell_out(session: Session, names: Sequence[str]) -> list[str]:
    """Keys for what a person typed: numbers become keys, and what is a key, or nothing, stays."""
    numbers = {int(name) for name in names if name.isdecimal() and len(name) < 19}
    found = session.execute(select(messages.c.id, messages.c.key).where(messages.c.id.in_(numbers)))
    keys = {str(row.id): row.key for row in found}
    return [keys.get(name, name) for name in names]
