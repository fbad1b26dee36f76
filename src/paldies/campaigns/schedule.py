"""When one message may go: its hours, its planned moment and its deadline."""

from datetime import datetime, timedelta

from paldies.campaigns.calendar import Hours
from paldies.campaigns.decisions import Skip
from paldies.campaigns.due import Due
from paldies.campaigns.facts import Facts
from paldies.campaigns.reasons import Reason
from paldies.campaigns.traits import ALWAYS, Traits
from paldies.campaigns.zones import known_zones
from paldies.value import value

LEEWAY = timedelta(
    minutes=10
)  # a message that goes early must not miss the end of its window by a busy moment
LEAST_LIFE = timedelta(hours=1)  # what is planned for the very end of `within` may still be an hour late


@value
class Schedule:
    """`planned_at` is the first moment at which the step could go; it ends at `expires_at`."""

    hours: Hours
    planned_at: datetime
    expires_at: datetime


def schedule(due: Due, facts: Facts) -> Schedule | Skip:
    """The same for every look at a message, as long as the customer does not move."""
    hours = hours_of(due, facts)
    if hours is None:
        return Skip(Reason.NO_ZONE)
    planned_at = _early_moment(due, hours) if due.step.looks_early else hours.next_open(due.send_at)
    if planned_at is None:
        return Skip(Reason.NO_WINDOW)
    return Schedule(hours, planned_at, due.expires_at or _deadline(due, planned_at))


def hours_of(due: Due, facts: Facts) -> Hours | None:
    """The step's window, or else the channel's, never outside the channel's bounds; None without a zone."""
    traits = due.traits
    zones = _zones(traits, facts)
    if not zones:
        return None
    window = due.step.window or traits.windows.get(due.purpose, ALWAYS)
    return Hours((window, traits.bounds), zones, facts.country, facts.region, traits.margin)


def _zones(traits: Traits, facts: Facts) -> tuple[str, ...]:
    if traits.at_the_shop:
        return (facts.home_zone,)
    return known_zones(facts.zones) if traits.every_zone else (zone_of(facts),)


def closes_at(due: Due, facts: Facts, now: datetime, *, by: datetime) -> datetime:
    """The end of the hours that are open `now`, or `by` if that is sooner: after it, it may not arrive."""
    hours = hours_of(due, facts)
    return next((end for _, end in hours.spans(now, by)), by) if hours else by


def zone_of(facts: Facts) -> str:
    """The zone that the customer most likely lives in, or else the shop's own."""
    known = known_zones(facts.zones)
    return known[0] if known else facts.home_zone


def _early_moment(due: Due, hours: Hours) -> datetime | None:
    """Between `after` and `within`, and if all of that is closed, early rather than late."""
    earliest = due.event_at + due.step.after
    moment = hours.next_open(earliest)
    if due.step.within is None or (moment and moment <= due.event_at + due.step.within):
        return moment
    not_before = due.event_at
    if due.previous_at and not due.expires_at:  # what delays the step before later on, delays that one only
        not_before = max(not_before, due.previous_at)
    return hours.last_open(not_before, earliest, leeway=LEEWAY)


def _deadline(due: Due, planned_at: datetime) -> datetime:
    deadline = planned_at + due.step.expires
    if due.step.within is None:
        return deadline
    return max(min(deadline, due.event_at + due.step.within), planned_at + min(due.step.expires, LEAST_LIFE))
