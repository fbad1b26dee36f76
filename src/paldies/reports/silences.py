"""Why an order is not in a campaign, where no row has to say so."""

from dataclasses import dataclass
from datetime import datetime

from paldies.campaigns.words import EventKind, Sentenced


class Silence(Sentenced):
    """Beside the reasons that are stored, a closed list as well."""

    NOT_HAPPENED = "not_happened", "What begins this campaign has not happened to the order yet"
    HISTORY = "history", "It happened before the shop was first read, and history starts nothing"
    BEFORE_PUBLICATION = "before_publication", "The order was seen before the campaign was published"
    NOT_PUBLISHED = "not_published", "The campaign has not been published yet"
    CAMPAIGN_WITHDRAWN = "campaign_withdrawn", "The campaign had been withdrawn"
    NOT_LOOKED_AT = "not_looked_at", "It has not been looked at yet: that takes moments while paldies runs"
    OTHER_TRIGGER = "other_trigger", "When the order was looked at, the campaign began with something else"
    NOT_RUNNING = "not_running", "When the order was looked at, the campaign was withdrawn"
    UNEXPLAINED = "unexplained", "There is no record of it: please report this as a fault of paldies"


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that could have begun a campaign. `planned_at`: when the planner had dealt with it."""

    kind: EventKind
    first_seen_at: datetime
    is_history: bool
    planned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Published:
    """One version of a plan."""

    trigger: EventKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a campaign stands; `versions` in the order of their publication."""

    first_published_at: datetime | None
    withdrawn_at: datetime | None
    versions: tuple[Published, ...]


def silence(standing: Standing, happened: Happened | None) -> Silence:
    """The one reason why there is no enrolment, asked in the order in which the planner asks."""
    if standing.first_published_at is None or not standing.versions:
        return Silence.NOT_PUBLISHED
    if happened is None:
        return Silence.CAMPAIGN_WITHDRAWN if standing.withdrawn_at else Silence.NOT_HAPPENED
    if happened.is_history:
        return Silence.HISTORY
    if happened.first_seen_at < standing.first_published_at:
        return Silence.BEFORE_PUBLICATION
    if happened.planned_at is None:
        return Silence.CAMPAIGN_WITHDRAWN if standing.withdrawn_at else Silence.NOT_LOOKED_AT
    if standing.withdrawn_at and standing.withdrawn_at <= happened.planned_at:
        return Silence.CAMPAIGN_WITHDRAWN
    return _when_it_was_planned(standing.versions, happened.kind, happened.planned_at)


def _when_it_was_planned(versions: tuple[Published, ...], kind: EventKind, planned_at: datetime) -> Silence:
    """A plan that was published again since then was withdrawn before, or began with another event."""
    then = [version for version in versions if version.at <= planned_at]
    if then and then[-1].trigger is not kind:
        return Silence.OTHER_TRIGGER
    return Silence.UNEXPLAINED if len(then) == len(versions) else Silence.NOT_RUNNING
