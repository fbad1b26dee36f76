"""What a new plan means for one passage that is under way: which of its messages change, and how.

Nothing that has been tried, or that has ended, is ever done again, but a step that comes back before its
moment goes to those from whom only an earlier plan has taken it. Nobody is hurried: whose new moment has
passed goes at the old one, or half-way to the new deadline if that is sooner, so that an edit never makes
more of a crowd than the orders did themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.first_times import first_times
from paldies.campaigns.policy import why_stopped
from paldies.campaigns.reasons import Reason
from paldies.campaigns.schedule import Schedule
from paldies.campaigns.traits import Traits
from paldies.campaigns.underway import Change, Entry, Move, Underway
from paldies.campaigns.words import MessageStatus


def move(
    passage: Underway, old: Campaign, new: Campaign, *, traits: Mapping[str, Traits], now: datetime
) -> Move:
    """`old` is the plan that the passage is pinned to; `traits` are those of every channel."""
    if reason := why_stopped(new.stop_on, passage.happened):
        return Move(stop=reason)
    return Move(tuple(_Mover(passage, old, new, traits=traits, now=now).changes()))


class _Mover:
    """Goes through one passage step by step, each knowing the moments of those before it."""

    def __init__(
        self, passage: Underway, old: Campaign, new: Campaign, *, traits: Mapping[str, Traits], now: datetime
    ) -> None:
        self._passage, self._old, self._new = passage, old, new
        self._traits, self._now = traits, now
        self._latest: datetime | None = None  # the latest moment of the steps so far

    def changes(self) -> Iterator[Change]:
        for step in self._new.steps:
            entries = [entry for entry in self._passage.entries if entry.step == step.key]
            change = self._changed(step, entries) if entries else self._added(step)
            if change:
                yield change
            moment = change.moment if change else entries[-1].claimed_at or entries[-1].send_at
            self._latest = max(self._latest or moment, moment)
        for entry in self._passage.entries:
            if entry.has_not_gone and self._new.step(entry.step) is None:
                yield self._ended(entry, Reason.STEP_WITHDRAWN)

    def _added(self, step: Step) -> Change:
        """Only if its moment is still to come: nobody is told late what others were told in time."""
        times = self._times(step, step.channels[0])
        moment = times.planned_at if times else self._passage.event_at + step.after
        entry = Entry(
            id=None,
            step=step.key,
            leg=1,
            channel=step.channels[0],
            purpose=step.purpose,
            status=MessageStatus.SCHEDULED,
            reason="",
            send_at=moment,
            is_late_seen=self._passage.is_late_seen,
        )
        if moment < self._now:
            entry = replace(entry, status=MessageStatus.SKIPPED, reason=Reason.TOO_LATE)
        elif step.approve:
            entry = replace(entry, send_at=self._now)  # the policy asks somebody at its first look
        elif times:
            entry = replace(entry, expires_at=times.expires_at)
        return Change(None, entry, None, moment)

    def _changed(self, new: Step, entries: Sequence[Entry]) -> Change | None:
        """What becomes of the one message of a step that has not gone, if there is one."""
        entry = entries[-1]
        if entry.was_taken_out and len(entries) == 1:
            return self._brought_back(new, entry)
        if not entry.has_not_gone:
            return None
        channel = _channel(new, entries)
        if channel is None:
            return self._ended(entry, Reason.STEP_WITHDRAWN)
        old = self._old.step(new.key) or new
        if old == new and entry.channel == channel:
            return None
        at = before_at = self._moment(entry, old)
        after = replace(entry, channel=channel, purpose=new.purpose)
        if all(each.claimed_at is None for each in entries):
            timed = self._timed(after, old, new, entry=entry, at=before_at)
            if timed is None:
                return self._ended(entry, Reason.TOO_LATE)
            is_retimed = (after, at) != timed
            after, at = timed
            after = self._approval(after, old, new, at=at, is_retimed=is_retimed)
        return Change(entry, after, before_at, at) if after != entry else None

    def _brought_back(self, step: Step, entry: Entry) -> Change | None:
        """As one that is new, if its moment is still to come."""
        fresh = self._added(step)
        if fresh.after.status is MessageStatus.SKIPPED:
            return None
        return replace(
            fresh, before=entry, after=replace(fresh.after, id=entry.id, is_approved=entry.is_approved)
        )

    def _timed(
        self, after: Entry, old: Step, new: Step, *, entry: Entry, at: datetime
    ) -> tuple[Entry, datetime] | None:
        """It and its moment, which was `at`; None if that is too long ago."""
        is_shifted = (old.after, old.within) != (new.after, new.within)
        before, now_open = (
            (old.window, entry.channel, entry.purpose),
            (new.window, after.channel, new.purpose),
        )
        if not is_shifted and before == now_open:
            return self._with_deadline(after, old, new, at=at)
        times = self._times(new, after.channel)
        if times is None:  # the policy will say why there is no hour for it
            return after, at
        if times.planned_at >= self._now:
            return _planned(after, times.planned_at, times.expires_at), times.planned_at
        if after.waits_without_end:
            return after, at
        if is_shifted and self._now > times.expires_at:
            return None
        return self._in_no_hurry(after, times, at=at, is_shifted=is_shifted)

    def _in_no_hurry(
        self, after: Entry, times: Schedule, *, at: datetime, is_shifted: bool
    ) -> tuple[Entry, datetime]:
        """Its new moment has passed, its deadline has not."""
        moment = times.hours.next_open(at) or at
        halfway = times.hours.next_open(self._now + (times.expires_at - self._now) / 2)
        if is_shifted and halfway and halfway <= times.expires_at:
            moment = min(moment, halfway)
        deadline = times.expires_at
        if not is_shifted or moment > deadline:
            own = after.expires_at or moment + (times.expires_at - times.planned_at)
            deadline = max(deadline, own)
        if at <= self._now or moment > deadline:  # it is looked at when it would have been, as it is
            return after, at
        return _planned(after, moment, deadline), moment

    def _with_deadline(
        self, after: Entry, old: Step, new: Step, *, at: datetime
    ) -> tuple[Entry, datetime] | None:
        """One that is fixed already moves by as much as the step's own; None if it has passed then."""
        if old.expires == new.expires or not after.expires_at:
            return after, at
        before, times = self._times(old, after.channel), self._times(new, after.channel)
        if not before or not times:
            return after, at
        deadline = after.expires_at + (times.expires_at - before.expires_at)
        if self._now > deadline and not after.waits_without_end:
            return None
        return replace(after, expires_at=deadline), at

    def _approval(self, after: Entry, old: Step, new: Step, *, at: datetime, is_retimed: bool) -> Entry:
        """Nobody is waited for any longer, or somebody has to see it before its moment."""
        if after.waits_for_approval and not new.approve:
            return replace(after, status=MessageStatus.SCHEDULED, reason=Reason.PLANNED)
        is_to_ask = new.approve and not after.is_approved and (is_retimed or not old.approve)
        if is_to_ask and after.status is MessageStatus.SCHEDULED and not after.parked_at and at > self._now:
            deadline = after.expires_at or at + new.expires
            return replace(
                after,
                status=MessageStatus.HELD,
                reason=Reason.APPROVAL,
                send_at=at,
                expires_at=deadline,
            )
        return after

    def _moment(self, entry: Entry, old: Step) -> datetime:
        """When it would have gone: one that nobody has looked at yet may still wait for its hours."""
        is_looked_at = entry.expires_at or entry.claimed_at or entry.leg > 1
        times = None if is_looked_at else self._times(old, entry.channel)
        return times.planned_at if times else entry.send_at

    def _ended(self, entry: Entry, reason: Reason) -> Change:
        old = self._old.step(entry.step)
        at = self._moment(entry, old) if old else entry.send_at
        ended = replace(entry, status=MessageStatus.SKIPPED, reason=reason, parked_at=None)
        return Change(entry, ended, at, at)

    def _times(self, step: Step, channel: str) -> Schedule | None:
        return first_times(step, self._traits[channel], self._passage, previous_at=self._latest)


def _planned(entry: Entry, at: datetime, deadline: datetime) -> Entry:
    """What waited for another cause than its moment waits for its moment now."""
    is_free = entry.status is MessageStatus.SCHEDULED and not entry.parked_at and at != entry.send_at
    reason = Reason.PLANNED.value if is_free else entry.reason
    return replace(entry, reason=reason, send_at=at, expires_at=deadline)


def _channel(step: Step, entries: Sequence[Entry]) -> str | None:
    """Over which channel a message goes under the new plan; None if none is left that was not tried.

    What may have arrived already goes by no other way, and what has begun stays on its channel if it can.
    """
    entry, earlier = entries[-1], {each.channel for each in entries[:-1]}
    has_begun = bool(earlier) or entry.claimed_at is not None
    if entry.possible_duplicate or (has_begun and entry.channel in step.channels):
        return entry.channel
    return next((channel for channel in step.channels if channel not in earlier), None)
