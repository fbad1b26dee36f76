"""What the shipped campaign `first_day` says to each order, and why not: its rules, once more, by hand.

Nothing of paldies is imported. The rules are those of message_templates/first_day/campaign.toml and of the
policy, for a shop without public_url, cases, opt-outs or holdout, none of which the campaign touches.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from tests.marketplace import Change, Order

SECONDS, MINUTES, HOURS = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
STEPS = ("1_right_choice", "2_reminder", "3_thank_you")
AFTER = dict(zip(STEPS, (20 * MINUTES, 16 * HOURS, 20 * HOURS), strict=True))
WITHIN, OPENS, CLOSES = 24 * HOURS, time(9), time(20)  # of the second and third step
CATCH_UP, AGAIN_AFTER, TOGETHER = 24 * HOURS, 30 * 24 * HOURS, 2 * HOURS
A_DAY = 2  # messages to one person
STANDS = ("approved", "processing", "invoiced", "shipped", "delivered")
ENDED = ("canceled", "unavailable")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one step, in the words of `messages why`; `at` is when it was sent."""

    outcome: str
    reason: str = ""
    at: datetime | None = None


CANCELLED = Verdict("cancelled", "order_cancelled")


@dataclass(frozen=True, slots=True)
class Polls:
    """When the shop was asked, and answered (`good`) or did not (`failed`)."""

    good: Sequence[datetime]
    failed: Sequence[datetime] = ()

    def first_after(self, at: datetime) -> datetime | None:
        """The poll that finds what is written at that moment."""
        place = bisect_left(self.good, at)
        return self.good[place] if place < len(self.good) else None

    def is_out_of_reach(self, at: datetime) -> bool:
        """Whether the shop has not answered for an hour."""
        last_good = self.good[bisect_right(self.good, at) - 1]
        failing = [poll for poll in self.failed if last_good < poll <= at]
        return bool(failing) and at - failing[0] >= HOURS


@dataclass(slots=True, eq=False)
class _Seen:
    """An order as it comes to be known, poll by poll."""

    order: Order
    polls: Polls
    confirmed_seen: datetime | None = None
    confirmed_at: datetime | None = None
    is_exact: bool = False
    first_seen: datetime | None = None
    ended_seen: datetime | None = None

    def __post_init__(self) -> None:
        """A poll finds the row as it is: of what was written since the last one, the latest status."""
        times: list[datetime] = []
        status = ""
        for poll, changes in groupby(self.order.changes, lambda change: self.polls.first_after(change.at)):
            if poll is None:
                break
            self.first_seen = self.first_seen or poll
            for change in changes:
                status = change.status or status
                times += [change.says] if change.says else []
            if not self.confirmed_seen and (times or status in STANDS):
                self.confirmed_seen, self.is_exact = poll, bool(times)
                self.confirmed_at = min(times, default=poll)
            if not self.ended_seen and status in ENDED:
                self.ended_seen = poll

    @property
    def person(self) -> str:
        return self.order.email or self.order.customer_id

    def has_ended(self, at: datetime) -> bool:
        return self.ended_seen is not None and self.ended_seen <= at

    def has_something_to_do(self, at: datetime) -> bool:
        known = (change for change in self.order.changes if self._is_known(change, at))
        return bool([change.todo for change in known if change.todo is not None][-1])

    def _is_known(self, change: Change, at: datetime) -> bool:
        poll = self.polls.first_after(change.at)
        return poll is not None and poll <= at


@dataclass(frozen=True, slots=True)
class _Plan:
    """When a step is looked at, and how late it may go."""

    at: datetime
    deadline: datetime


@dataclass(slots=True, eq=False)
class _Passage:
    """One order's way through the campaign."""

    seen: _Seen
    begun_at: datetime  # the event
    waiting: dict[str, _Plan]
    sharing: list[_Seen] = field(default_factory=list)

    def has_ended(self, now: datetime) -> bool:
        """Cancelled before everything was said; what was said to the end stands."""
        return bool(self.waiting) and self.seen.has_ended(now)

    def is_near(self, other: _Seen) -> bool:
        return abs(self.seen.order.placed_at - other.order.placed_at) <= TOGETHER


def predict(orders: Sequence[Order], polls: Polls) -> dict[str, dict[str, Verdict]]:
    """For every order, by its id, what becomes of each step."""
    seen = [_Seen(order, polls) for order in orders]
    people: dict[str, list[_Seen]] = defaultdict(list)
    for one in seen:
        people[one.person].append(one)
    return {
        order_id: verdicts
        for theirs in people.values()
        for order_id, verdicts in _Person(theirs, polls).verdicts().items()
    }


class _Person:
    """Somebody's orders, which may share a passage, and their days, which bear two messages each."""

    def __init__(self, orders: Sequence[_Seen], polls: Polls) -> None:
        self._orders = orders
        self._polls = polls
        self._passages: list[_Passage] = []
        self._sent: list[datetime] = []
        self._told: dict[str, dict[str, Verdict]] = {one.order.id: {} for one in orders}

    def verdicts(self) -> dict[str, dict[str, Verdict]]:
        for poll in sorted(
            {poll for one in self._orders for poll in (one.confirmed_seen, one.ended_seen) if poll}
        ):
            self._say(until=poll)
            news = [one for one in self._orders if one.confirmed_seen == poll]
            for one in sorted(news, key=lambda one: one.confirmed_at or poll):
                self._begin(one, poll)
            self._end(poll)
        self._say(until=datetime.max.replace(tzinfo=UTC))
        for one in self._orders:
            if not one.confirmed_seen:
                self._stay_out(one, "not_happened")
        return self._told

    def _begin(self, one: _Seen, now: datetime) -> None:
        """The event counts from when it happened, as far as the shop tells."""
        assert one.confirmed_at
        first_poll = self._polls.good[0]
        if one.confirmed_at < first_poll or (now == first_poll and not one.is_exact):
            return self._stay_out(one, "history")
        if not one.is_exact and one.first_seen == now and now - one.order.placed_at > CATCH_UP:
            return self._stay_out(one, "seen_too_late")  # nobody knows since when it has been like this
        if now - one.confirmed_at > CATCH_UP:
            return self._stay_out(one, "seen_too_late")
        going = [passage for passage in self._passages if not passage.has_ended(now)]
        if near := [passage for passage in going if passage.is_near(one)]:
            min(near, key=lambda passage: passage.seen.order.placed_at).sharing.append(one)
            return self._stay_out(one, "joined")
        if any(abs(one.confirmed_at - passage.begun_at) < AGAIN_AFTER for passage in going):
            return self._stay_out(one, "again_too_soon")
        self._enter(one, now)

    def _stay_out(self, one: _Seen, reason: str) -> None:
        self._told[one.order.id] = dict.fromkeys(STEPS, Verdict("not_enrolled", reason))

    def _enter(self, one: _Seen, now: datetime, *, said: Iterable[str] = ()) -> _Passage:
        assert one.confirmed_at
        told = self._told[one.order.id] = {step: Verdict("skipped", "already_said") for step in said}
        waiting: dict[str, _Plan] = {}
        previous = one.confirmed_at
        for step in STEPS:
            planned = _plan(step, one.confirmed_at, one.order.zone, not_before=previous)
            if planned:
                previous = planned.at
            if step not in told and planned:
                waiting[step] = replace(planned, at=max(now, planned.at))
            elif step not in told:
                told[step] = Verdict("skipped", "no_window")
        passage = _Passage(one, one.confirmed_at, waiting)
        self._passages.append(passage)
        return passage

    def _end(self, now: datetime) -> None:
        """Cancelled orders say no more; another one that shared their passage takes it over."""
        for passage in [passage for passage in self._passages if passage.waiting]:
            for one in [one for one in passage.sharing if one.has_ended(now)]:
                passage.sharing.remove(one)
                self._told[one.order.id] = dict.fromkeys(STEPS, CANCELLED)
            if passage.has_ended(now):
                self._passages.remove(passage)
                told = self._told[passage.seen.order.id]
                said = [step for step, verdict in told.items() if verdict.outcome == "sent"]
                told |= dict.fromkeys(passage.waiting, CANCELLED)
                if passage.sharing:
                    heir, *others = sorted(passage.sharing, key=lambda one: one.confirmed_at or now)
                    self._enter(heir, now, said=said).sharing = others

    def _say(self, *, until: datetime) -> None:
        """Looks at everything whose moment comes before `until`, in turn."""
        while True:
            looks = [
                (plan.at, passage.begun_at + AFTER[step], step, passage)
                for passage in self._passages
                for step, plan in passage.waiting.items()
                if plan.at < until
            ]
            if not looks:
                return
            now, _, step, passage = min(looks, key=lambda look: look[:3])
            match self._judge(passage, step, now):
                case datetime() as later:
                    passage.waiting[step] = replace(passage.waiting[step], at=later)
                case Verdict() as verdict:
                    del passage.waiting[step]
                    self._told[passage.seen.order.id][step] = verdict
                    if verdict.at:
                        self._sent.append(verdict.at)

    def _judge(self, passage: _Passage, step: str, now: datetime) -> Verdict | datetime:
        """What becomes of a step, or when it is looked at again."""
        zone, deadline = passage.seen.order.zone, passage.waiting[step].deadline
        if not passage.seen.order.email:
            return Verdict("skipped", "no_address")
        if step == "2_reminder" and not passage.seen.has_something_to_do(now):
            return Verdict("skipped", "not_wanted")
        if now > deadline:
            return Verdict("skipped", "too_late")
        if now in self._sent:
            return _later(now + 5 * SECONDS, deadline, "in_flight")
        today = now.astimezone(zone).date()
        if sum(at.astimezone(zone).date() == today for at in self._sent) >= A_DAY:
            midnight = datetime.combine(today + 24 * HOURS, time.min, zone)
            return _later(_open_for(step, midnight.astimezone(UTC), zone), deadline, "frequency_cap")
        if (opens_at := _open_for(step, now, zone)) > now:
            return _later(opens_at, deadline, "outside_window")
        if self._polls.is_out_of_reach(now):
            return _later(now + 5 * MINUTES, deadline, "shop_unreachable")
        return Verdict("sent", at=now)


def _plan(step: str, event_at: datetime, zone: ZoneInfo, *, not_before: datetime) -> _Plan | None:
    """At the first open moment between `after` and `within`, or else, early rather than late, before."""
    earliest = event_at + AFTER[step]
    if step == "1_right_choice":
        return _Plan(earliest, earliest + 12 * HOURS)
    at = _next_open(earliest, zone)
    if at > event_at + WITHIN:
        evening = datetime.combine(earliest.astimezone(zone), CLOSES, zone).astimezone(UTC)
        closes_at = evening if evening <= earliest else _a_day_before(evening, zone)
        if closes_at <= not_before:
            return None
        at = max(not_before, closes_at - 10 * MINUTES)
    return _Plan(at, max(event_at + WITHIN, at + HOURS))


def _open_for(step: str, at: datetime, zone: ZoneInfo) -> datetime:
    """The first one goes at any hour."""
    return at if step == "1_right_choice" else _next_open(at, zone)


def _next_open(at: datetime, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone)
    if OPENS <= local.time() < CLOSES:
        return at
    day = local if local.time() < OPENS else local + 24 * HOURS
    return datetime.combine(day, OPENS, zone).astimezone(UTC)


def _a_day_before(at: datetime, zone: ZoneInfo) -> datetime:
    return (at.astimezone(zone) - 24 * HOURS).astimezone(UTC)


def _later(at: datetime, deadline: datetime, reason: str) -> Verdict | datetime:
    return at if at <= deadline else Verdict("skipped", reason)
