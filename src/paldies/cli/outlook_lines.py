"""What publishing does to those who are inside, in lines that a person can agree to."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from paldies.campaigns.definition import Campaign
from paldies.campaigns.outlook import Outlook, Tally
from paldies.campaigns.underway import Effect
from paldies.cli.output import counted, local


def outlook_lines(outlook: Outlook, names: Mapping[str, str], zone: ZoneInfo) -> Iterator[str]:
    """`names` of steps by their keys; moments are by the shop's clock, windows included."""
    yield f"{counted(outlook.inside, 'order')} inside:"
    if outlook.untouched:
        yield _line(outlook.untouched, "for whom nothing changes")
    for reason, count in outlook.stopped.items():
        yield _line(count, f"stopped, by the new stop_on: {reason.sentence.lower()}")
    for (key, effect), tally in sorted(outlook.steps.items()):
        yield _line(tally.count, _EFFECT[effect].format(names.get(key, key), **_moments(tally, zone)))
    if outlook.steps:
        yield (
            f"Moments are by the shop's clock ({zone}), hours those of each customer; what each may get in a "
            "day, and has agreed to, is asked as it goes."
        )


_EFFECT = {
    Effect.RETIMED: "{0} at another moment: {after} instead of {before}",
    Effect.ADDED: "{0} as well, which is new: {after}",
    Effect.TOO_LATE: "no {0}: by the new plan its time is over (too_late)",
    Effect.NOT_ADDED: "no {0}, which is new: its moment was before now (too_late)",
    Effect.WITHDRAWN: "no {0}: it is taken out (step_withdrawn)",
    Effect.REROUTED: "{0} by another channel: {after}",
    Effect.ADJUSTED: "{0} with another deadline, purpose or approval: {after}",
}


def outlook_json(outlook: Outlook, names: Mapping[str, str]) -> dict[str, object]:
    """The same, for scripts."""
    return {
        "inside": outlook.inside,
        "untouched": outlook.untouched,
        "hurried": outlook.hurried,
        "stopped": {reason.value: count for reason, count in outlook.stopped.items()},
        "steps": [
            {
                "step": names.get(key, key),
                "effect": effect.value,
                "messages": tally.count,
                "before": tally.before,
                "after": tally.after,
            }
            for (key, effect), tally in sorted(outlook.steps.items())
        ],
    }


def step_names(*plans: Campaign | None) -> dict[str, str]:
    """By key; the last plan that has a step names it."""
    return {step.key: step.name for plan in plans if plan for step in plan.steps}


def _line(count: int, sentence: str) -> str:
    return f"  {count:>7,}  {sentence}"


def _moments(tally: Tally, zone: ZoneInfo) -> dict[str, str]:
    return {"before": _span(tally.before, zone) if tally.before else "", "after": _span(tally.after, zone)}


def _span(span: tuple[datetime, datetime], zone: ZoneInfo) -> str:
    first, last = (local(at, zone) for at in span)
    return first if first == last else f"{first} to {last}"
