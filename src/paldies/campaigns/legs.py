"""The contacts that one step may come to, in order."""

from collections.abc import Sequence
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


def next_leg(step: Step, leg: int, reason: Reason, *, so_far: Sequence[str] = ()) -> Leg | None:
    """What follows a leg that ended so: another try if nobody was reached, or else the next channel.

    `so_far` are the channels of the step's legs, the one that has ended last; without them they are those of
    the plan. A passage that was moved to another plan has come another way: no channel has its turn twice.
    """
    if reason.scope is not Scope.LEG:
        return None
    row = legs(step)
    used = list(so_far) or [each.channel for each in row[:leg]]
    tries = used.count(used[-1])
    if reason is Reason.NOT_REACHED and used[-1] in step.channels and tries <= len(step.retry):
        return Leg(leg + 1, used[-1], step.retry[tries - 1])
    fresh = next((each for each in row if each.channel not in used), None)
    return fresh and Leg(max(fresh.number, leg + 1), fresh.channel)


def is_last_channel(step: Step, channel: str) -> bool:
    """Whether no other channel comes after this one."""
    return channel not in step.channels[:-1]
