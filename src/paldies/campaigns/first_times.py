"""When a step that nobody has looked at yet may go first, as the policy will find it at its first look."""

from datetime import datetime
from typing import Protocol

from paldies.campaigns.definition import Step
from paldies.campaigns.due import Due
from paldies.campaigns.facts import Customer, Facts
from paldies.campaigns.schedule import Schedule, schedule
from paldies.campaigns.traits import Traits


class Whereabouts(Protocol):
    """What hours depend on; zones as in `Facts`."""

    @property
    def event_at(self) -> datetime: ...
    @property
    def home_zone(self) -> str: ...
    @property
    def zones(self) -> tuple[str, ...]: ...
    @property
    def country(self) -> str: ...
    @property
    def region(self) -> str: ...


def first_times(
    step: Step, traits: Traits, passage: Whereabouts, *, previous_at: datetime | None
) -> Schedule | None:
    """None where there is no hour for it; `previous_at` is the latest moment of the steps before it."""
    due = Due(
        key="",
        enrolment="",
        campaign="",
        step=step,
        leg=1,
        traits=traits,
        purpose=step.purpose,
        send_at=passage.event_at + step.after,
        event_at=passage.event_at,
        expires_at=None,
        previous_at=previous_at,
    )
    facts = Facts(
        order=None,
        customer=Customer(),
        address="",
        zones=passage.zones,
        home_zone=passage.home_zone,
        country=passage.country,
        region=passage.region,
    )
    times = schedule(due, facts)
    return times if isinstance(times, Schedule) else None
