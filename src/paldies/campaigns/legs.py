"""The contacts that one step may come to, in order."""

from dataclasses import dataclass
from datetime import timedelta

from paldies.campaigns.definition import Step
from paldies.campaigns.reasons import Reason, Scope


@dataclass(frozen=True, slots=True)
class Leg:
    """One contact of a step; `wait` counts from the end of the leg before."""

    number: int  # from 1
    channel: str
    wait: timedelta = timedelta(0)


def legs(step: Step) -> tuple[Leg, ...]:
    """Every contact that a step may come to: each channel, and its further tries if nobody answers."""
    waits = (timedelta(0), *step.retry)
    return tuple(
        Leg(place * len(waits) + number, channel, wait)
        for place, channel in enumerate(step.channels)
        for number, wait in enumerate(waits, start=1)
    )


def next_leg(step: Step, leg: int, reason: Reason) -> Leg | None:
    """What follows a leg that ended so: another try if nobody was reached, or else the next channel."""
    if reason.scope is not Scope.LEG:
        return None
    row = legs(step)
    further = row[leg:]
    if reason is not Reason.NOT_REACHED:
        further = tuple(later for later in further if later.channel != row[leg - 1].channel)
    return next(iter(further), None)


def is_last_leg(step: Step, leg: int) -> bool:
    """Whether no other channel comes after this one."""
    return legs(step)[leg - 1].channel == step.channels[-1]
