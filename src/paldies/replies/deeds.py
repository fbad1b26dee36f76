"""What people at the shop have done, and who: written beside each change, in its transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from paldies.campaigns.words import Sentenced
from paldies.store.schema import deeds


class What(Sentenced):
    """A closed list; each word with the sentence that the log shows."""

    SIGNED_IN = "signed_in", "signed in"
    SIGNED_OUT = "signed_out", "signed out"
    TOOK = "took", "took it"
    TOOK_OVER = "took_over", "took it over"
    GAVE_BACK = "gave_back", "gave it back"
    TASK_DONE = "task_done", "said how it went"
    TASK_LATER = "task_later", "put it off"
    APPROVED = "approved", "approved it"
    REWORDED = "reworded", "approved it in other words"
    RELEASED = "released", "let it go"
    DROPPED = "dropped", "decided not to send it"
    SETTLED = "settled", "found out whether it had left"
    ANSWERED = "answered", "answered"
    CASE_CLOSED = "case_closed", "closed the complaint"
    PAUSED = "paused", "paused it"
    RESUMED = "resumed", "let it go on"
    SUPPRESSED = "suppressed", "noted that they must not be contacted"
    LIFTED = "lifted", "noted that they may be contacted again"
    ALLOWED = "allowed", "noted that they agree"
    EXPORTED = "exported", "took a copy of everything about them"
    FORGOT = "forgot", "had them forgotten"


@dataclass(frozen=True, slots=True)
class About:
    """What a deed concerns; `subject` is "task 12", "message 7", "case 3", "campaign first_day"."""

    subject: str = ""
    customer_id: int | None = None
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    at: datetime  # UTC
    staff: str
    what: What
    subject: str
    note: str
    order_id: int | None


def note(session: Session, staff: str, what: What, *, about: About, now: datetime, note: str = "") -> None:
    """`note` names no customer: it outlives whoever asks to be forgotten."""
    session.execute(
        insert(deeds).values(
            at=now,
            staff=staff,
            what=what.value,
            subject=about.subject,
            customer_id=about.customer_id,
            order_id=about.order_id,
            note=note,
        )
    )


def latest(session: Session, *, before: int | None = None, limit: int = 100) -> list[tuple[int, Deed]]:
    """With their numbers, the newest first."""
    wanted = select(deeds).order_by(deeds.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(deeds.c.id < before)
    return [(row["id"], _deed(row)) for row in session.execute(wanted).mappings()]


def about(
    session: Session, *, order_ids: Collection[int] = (), customer_ids: Collection[int] = (), limit: int = 50
) -> list[Deed]:
    """What was done for these orders or customers, the newest first."""
    whose = or_(deeds.c.order_id.in_(order_ids), deeds.c.customer_id.in_(customer_ids))
    wanted = select(deeds).where(whose).order_by(deeds.c.id.desc()).limit(limit)
    return [_deed(row) for row in session.execute(wanted).mappings()]


def _deed(row: Any) -> Deed:
    return Deed(
        row["at"], row["staff"], What[row["what"].upper()], row["subject"], row["note"], row["order_id"]
    )
