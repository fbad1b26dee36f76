"""When a step comes, in the words of whoever reads a timeline."""

from datetime import timedelta

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.windows import spell_days
from paldies.campaigns.words import EventKind

_TRIGGERS = {
    EventKind.CONFIRMED: "the order is paid for, or accepted",
    EventKind.STAGE: "a customer reaches a new stage",
    EventKind.FEEDBACK: "somebody has said how it was",
    EventKind.CASE_OPENED: "somebody has complained",
    EventKind.MANUAL: "a person starts it",
    EventKind.PROMISE_AT_RISK: "a promised day is at risk",
    EventKind.PROMISE_BROKEN: "a promised day is missed",
    EventKind.PROMISE_BEATEN: "it comes before the promised day",
}
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def begins(campaign: Campaign) -> str:
    """What starts it."""
    said = campaign.trigger.value.partition(".")[2].replace("_", " ")
    return _TRIGGERS.get(campaign.trigger, f"the order is {said}")


def comes(step: Step) -> str:
    """`after 16 hours, within 24 hours`."""
    after = f"after {span(step.after)}" if step.after else "at once"
    return f"{after}, within {span(step.within)}" if step.within else after


def conditions(step: Step) -> list[str]:
    """What else has to be so."""
    said = []
    if step.window:
        days = spell_days(step.window.days)
        said.append(f"{'' if days == 'daily' else f'{days} '}{step.window}, where the customer lives")
    if step.when:
        said.append(f"only if {step.when}")
    if step.approve:
        said.append("a person reads it first")
    if step.survey:
        said.append("not while a complaint is open")
    return said


def span(length: timedelta) -> str:
    """In the largest unit that leaves no rest: `20 minutes`, `36 hours`, `3 days`."""
    seconds = round(length.total_seconds())
    for name, size in _UNITS:
        if seconds % size == 0 and seconds >= size * (2 if name == "day" else 1):
            count = seconds // size
            return f"{count} {name if count == 1 else name + 's'}"
    return f"{seconds} seconds"
