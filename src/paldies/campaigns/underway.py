"""A passage that is under way, and what becomes of its messages under a new plan."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EventKind, MessageStatus, Purpose


class Effect(StrEnum):
    """What happens to a message, as it is counted for the person who publishes."""

    RETIMED = "re-timed"
    ADDED = "added"
    TOO_LATE = "too late"  # its new moment, and its deadline, have passed
    NOT_ADDED = "not added"  # the moment of a new step has passed
    WITHDRAWN = "withdrawn"  # its step is gone
    REROUTED = "rerouted"  # it goes over another channel
    ADJUSTED = "adjusted"  # its deadline, purpose or approval


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as it stands, or as it is to stand; instants are aware."""

    id: int | None  # None: it is to be written
    step: str  # the step's key
    leg: int
    channel: str
    purpose: Purpose
    status: MessageStatus
    reason: str
    send_at: datetime
    expires_at: datetime | None = None
    claimed_at: datetime | None = None
    parked_at: datetime | None = None
    is_approved: bool = False
    possible_duplicate: bool = False
    is_late_seen: bool = False  # counts for the blast breaker
    note: str = ""

    @property
    def has_not_gone(self) -> bool:
        """All that a new plan may change."""
        return self.status in (MessageStatus.SCHEDULED, MessageStatus.HELD)

    @property
    def was_taken_out(self) -> bool:
        """By an earlier plan, before anybody had tried it."""
        return self.reason == Reason.STEP_WITHDRAWN and self.claimed_at is None and self.leg == 1

    @property
    def waits_for_approval(self) -> bool:
        return self.status is MessageStatus.HELD and self.reason == Reason.APPROVAL

    @property
    def waits_without_end(self) -> bool:
        """For its cause, or for a person who is not bound to any moment."""
        return self.parked_at is not None or (
            self.status is MessageStatus.HELD and not self.waits_for_approval
        )


@dataclass(frozen=True, slots=True)
class Underway:
    """An open enrolment with all its messages, by step and leg; zones as in `Facts`."""

    key: str
    event_at: datetime
    entries: tuple[Entry, ...]
    home_zone: str
    happened: frozenset[EventKind] = frozenset()
    zones: tuple[str, ...] = ()
    is_late_seen: bool = False  # counts for the blast breaker
    country: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One message before and after; the moments are those at which it may go first, windows included."""

    before: Entry | None
    after: Entry
    moment_before: datetime | None
    moment: datetime

    @property
    def effect(self) -> Effect:
        if self.before is None or self.before.was_taken_out:
            return Effect.ADDED if self.after.status is not MessageStatus.SKIPPED else Effect.NOT_ADDED
        if self.after.status is MessageStatus.SKIPPED:
            is_gone = self.after.reason == Reason.STEP_WITHDRAWN
            return Effect.WITHDRAWN if is_gone else Effect.TOO_LATE
        if self.moment != self.moment_before:
            return Effect.RETIMED
        return Effect.REROUTED if self.after.channel != self.before.channel else Effect.ADJUSTED

    @property
    def may_hurry(self) -> bool:
        """Whether it makes something go that would not have gone, or not yet."""
        is_sooner = self.moment_before is None or self.moment < self.moment_before
        return self.after.has_not_gone and is_sooner


@dataclass(frozen=True, slots=True)
class Move:
    """Everything that the new plan means for one passage; `stop`: the new plan has ended for it already."""

    changes: tuple[Change, ...] = ()
    stop: Reason | None = None
