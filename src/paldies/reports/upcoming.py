"""The next thing that will happen to an order, if nothing comes between."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.reports.story import Coming, LegStory, PassageStory, StepStory, Upcoming


def next_of(passages: Iterable[PassageStory], now: datetime) -> Upcoming | None:
    """The soonest of all; None if nothing is planned, or all of it waits for a cause to end."""
    coming = (
        Upcoming(what, passage.title, step.name, leg.channel, max(now, at))
        for passage in passages
        if passage.paused_at is None and passage.withdrawn_at is None
        for step in _steps(passage)
        for leg in step.legs
        if (found := _coming(leg))
        for what, at in [found]
    )
    return min(coming, key=lambda one: one.at, default=None)


def _steps(passage: PassageStory) -> Iterator[StepStory]:
    yield from passage.steps
    yield from passage.shared.steps if passage.shared else ()


def _coming(leg: LegStory) -> tuple[Coming, datetime] | None:
    if leg.status is MessageStatus.SCHEDULED and not leg.is_parked:
        return Coming.GOES, leg.goes_at or leg.at
    if leg.status is MessageStatus.HELD and leg.reason is Reason.APPROVAL:
        return Coming.APPROVAL, leg.at
    if leg.errand and leg.errand.done_at is None:
        return Coming.ERRAND, leg.errand.due_at
    return None
