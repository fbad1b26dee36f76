"""Starts a campaign now, for those whom a person names, through the same policy."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.words import EnrolmentState, EventKind
from paldies.outbox.enrolling import Candidate, enrol_all
from paldies.outbox.plans import Running
from paldies.outbox.subjects import Subject
from paldies.store.database import Database
from paldies.store.schema import enrolments

CHUNK = 100  # customers in one transaction: under 50 ms on SQLite

_INSIDE = (EnrolmentState.OPEN.value, EnrolmentState.JOINED.value)


@dataclass(slots=True)
class Tally:
    """What became of some subjects, or would; the reasons are those of `reasons.Reason`."""

    entered: int = 0
    joined: int = 0
    inside: int = 0  # they are in this campaign now: nobody is in twice
    declined: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        self.entered += other.entered
        self.joined += other.joined
        self.inside += other.inside
        self.declined += other.declined


def chunks(subjects: Sequence[Subject]) -> Iterator[Sequence[Subject]]:
    """Pieces for `enter`; none divides the orders of one customer, as they are judged together."""
    piece: list[Subject] = []
    for subject in sorted(subjects, key=lambda subject: subject.customer_id):
        if len(piece) >= CHUNK and subject.customer_id != piece[-1].customer_id:
            yield piece
            piece = []
        piece.append(subject)
    if piece:
        yield piece


def enter(
    session: Session,
    running: Running,
    subjects: Sequence[Subject],
    *,
    home_zone: str,
    is_confirmed: bool,
    now: datetime,
) -> Tally:
    """Enrols one chunk. `is_confirmed`: a person has seen the count; else it counts for the blast breaker."""
    name = running.campaign.name
    earlier = _earlier(session, name, {subject.customer_id for subject in subjects})
    fresh = [
        subject
        for subject in dict.fromkeys(subjects)
        if not any(passage.is_inside for passage in earlier.get(subject.key, ()))
    ]
    occurrences = {
        subject.key: (EventKind.MANUAL.value, 1 + _last_ordinal(earlier.get(subject.key, ())))
        for subject in fresh
    }
    candidates = [
        Candidate(
            running=running,
            subject=subject.key,
            occurrence=occurrences[subject.key],
            customer_id=subject.customer_id,
            order_id=subject.order_id,
            event_id=None,
            now=now,
            event_at=now,
            first_seen_at=now,
            counts_as_late=not is_confirmed,
        )
        for subject in fresh
    ]
    enrolled = enrol_all(session, candidates, home_zone)
    written = [keys.enrolment_key(name, subject, *place) for subject, place in occurrences.items()]
    why = session.execute(
        select(enrolments.c.reason, func.count())
        .where(enrolments.c.key.in_(written), enrolments.c.state == EnrolmentState.DECLINED.value)
        .group_by(enrolments.c.reason)
    )
    declined = Counter({reason: count for reason, count in why})
    return Tally(enrolled.entered, enrolled.joined, len(subjects) - len(fresh), declined)


def try_out(
    database: Database, running: Running, subjects: Sequence[Subject], *, home_zone: str, now: datetime
) -> Tally:
    """What `enter` would do: done, counted and rolled back."""
    with database.engine.connect() as connection, connection.begin() as transaction:
        with Session(connection, join_transaction_mode="rollback_only") as session:
            tally = enter(session, running, subjects, home_zone=home_zone, is_confirmed=True, now=now)
        if transaction.is_active:
            transaction.rollback()
    return tally


@dataclass(frozen=True, slots=True)
class _Earlier:
    """A passage of a subject through the campaign."""

    occurrence: str
    is_inside: bool


def _earlier(session: Session, campaign: str, customer_ids: Collection[int]) -> dict[str, list[_Earlier]]:
    """By subject."""
    found: dict[str, list[_Earlier]] = {}
    rows = session.execute(
        select(enrolments.c.key, enrolments.c.state)
        .where(enrolments.c.campaign == campaign)
        .where(enrolments.c.customer_id.in_(customer_ids))
    )
    for row in rows:
        _, subject, occurrence = row.key.split("/")
        found.setdefault(subject, []).append(_Earlier(occurrence, row.state in _INSIDE))
    return found


def _last_ordinal(earlier: Sequence[_Earlier]) -> int:
    """Of the manual triggers so far; 0 if there was none."""
    kinds = (passage.occurrence.rpartition(".") for passage in earlier)
    return max((int(ordinal) for kind, _, ordinal in kinds if kind == EventKind.MANUAL), default=0)
