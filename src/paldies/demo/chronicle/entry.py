"""One thing that has happened, and whose order it concerns."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import RowMapping, func
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.store.schema import customers, orders


class Kind(StrEnum):
    ORDER = "order"  # something happened to an order
    LETTER = "letter"  # one left
    CALL = "call"  # a telephone rang, or should have
    TEXT = "text"  # a text message arrived, or did not
    TASK = "task"  # a person is to do something, or has
    ANSWER = "answer"  # a customer says how it was
    CASE = "case"  # a complaint, opened or settled
    WISH = "wish"  # a customer asks for silence
    LATER = "later"  # something waits, for a reason
    SILENCE = "silence"  # something is never said, for a reason
    SHOP = "shop"  # the shop cannot be read, or can be again


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the chronicle; `at` is application time."""

    at: datetime
    kind: Kind
    what: str  # an event's kind, a state, an outcome
    who: str = ""
    city: str = ""
    number: str = ""  # of the order
    amount: str = ""
    has_todo: bool = False  # something is left for the buyer to do
    campaign: str = ""
    step: str = ""
    channel: str = ""
    reason: str = ""  # a word of the closed list
    note: str = ""  # what the other side said
    until: datetime | None = None
    id: str = ""  # of the letter (its Message-ID), the call, the text, the task, the case
    locale: str = ""
    subject: str = ""
    text: str = ""  # what was said, by us or by a customer
    rating: int | None = None

    @property
    def sentence(self) -> str:
        """The one reason, as a shop assistant would say it."""
        return Reason[self.reason.upper()].sentence if self.reason else ""

    @property
    def is_usual(self) -> bool:
        """Most orders leave their buyer nothing to do, and then nobody has to be reminded of it.

        That somebody may not be called says already that they may not be sent texts either.
        """
        if self.reason in (Reason.NO_ADDRESS, Reason.NO_CONSENT) and self.channel != "email":
            return self.channel != "call" or not self.has_todo
        return self.reason == Reason.NOT_WANTED


class Reader(Protocol):
    """One kind of row; it remembers what it has told."""

    def news(self, session: Session, now: datetime) -> Iterator[Entry]: ...


WHOSE = (
    orders.c.number,
    orders.c.city,
    orders.c.total,
    orders.c.currency,
    orders.c.todo,
    func.coalesce(func.nullif(orders.c.email, ""), customers.c.email).label("email"),
    func.coalesce(func.nullif(orders.c.first_name, ""), customers.c.first_name).label("first_name"),
    func.coalesce(func.nullif(orders.c.last_name, ""), customers.c.last_name).label("last_name"),
)


def whose(row: RowMapping) -> dict[str, Any]:
    """The part of an entry that says whom it concerns, from a row with the columns `WHOSE`."""
    name = f"{row['first_name'] or ''} {row['last_name'] or ''}".strip()
    return {
        "who": name or row["email"] or "somebody",
        "city": row["city"] or "",
        "number": row["number"] or "",
        "amount": f"{row['total'] / 100:.2f} {row['currency']}" if row["total"] is not None else "",
        "has_todo": bool(row["todo"]),
    }
