"""How customers, staff and networks behave in a simulation: as told, or as they did so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.store.schema import delivery_events, messages

BOUNCE_RATE = 0.02  # usual for addresses that people have typed themselves
NO_ANSWER_RATE = 0.35  # usual for calls from a number that nobody knows
ENOUGH = 50  # outcomes: fewer say little about the next ones

_ANSWERS = (DeliveryKind.ANSWERED, DeliveryKind.BUSY, DeliveryKind.NO_ANSWER, DeliveryKind.VOICEMAIL)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Shares from 0 to 1. The same seed, the same fate, whatever else is simulated with it."""

    bounce_rate: float = BOUNCE_RATE  # of addresses and numbers: one that does not exist never does
    no_answer_rate: float = NO_ANSWER_RATE  # of calls, by machine or by staff
    seed: int = 1
    source: str = "told"  # where the rates are from, for people

    def is_dead(self, address: str) -> bool:
        return self._dice("address", address) < self.bounce_rate

    def nobody_answers(self, receipt: str) -> bool:
        return self._dice("answer", receipt) < self.no_answer_rate

    def _dice(self, question: str, subject: str) -> float:
        """A hash, so that one customer's fate does not hang on how many others are asked about before."""
        digest = blake2b(f"{self.seed}/{question}/{subject}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64


def learnt(session: Session, told: Mapping[str, float | None], seed: int) -> Behaviour:
    """What is not told is taken from the shop's own past, and where that is short, from what is usual."""
    bounced = told.get("bounce_rate")
    unanswered = told.get("no_answer_rate")
    sources = {"told" for rate in (bounced, unanswered) if rate is not None}
    if bounced is None:
        past = _bounced(session)
        bounced, source = (BOUNCE_RATE, "usual") if past is None else (past, "your own past")
        sources.add(source)
    if unanswered is None:
        past = _unanswered(session)
        unanswered, source = (NO_ANSWER_RATE, "usual") if past is None else (past, "your own past")
        sources.add(source)
    return Behaviour(bounced, unanswered, seed, source=", ".join(sorted(sources)))


def _bounced(session: Session) -> float | None:
    failed = messages.c.reason.in_((Reason.REFUSED.value, Reason.BOUNCED.value))
    return _share(
        session,
        select(func.count(), func.sum(case((failed, 1), else_=0)))
        .select_from(messages)
        .where(messages.c.channel == "email")
        .where(messages.c.status.in_((MessageStatus.SENT.value, MessageStatus.FAILED.value))),
    )


def _unanswered(session: Session) -> float | None:
    missed = delivery_events.c.kind != DeliveryKind.ANSWERED.value
    return _share(
        session,
        select(func.count(), func.sum(case((missed, 1), else_=0)))
        .select_from(delivery_events)
        .where(delivery_events.c.provider == "call")
        .where(delivery_events.c.kind.in_([kind.value for kind in _ANSWERS])),
    )


def _share(session: Session, counted: Select[int, Any]) -> float | None:
    of_all, those = session.execute(counted).one()
    return (those or 0) / of_all if of_all >= ENOUGH else None
