"""What changed between two plans of a campaign, in words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.durations import spell_duration
from paldies.campaigns.traits import Window
from paldies.campaigns.windows import spell_days


@dataclass(frozen=True, slots=True)
class Difference:
    """One change, as the end of a sentence that begins with what it is about."""

    sentence: str
    only_new: bool = False  # it concerns those who enter from now on, and nobody who is inside


def differences(old: Campaign, new: Campaign) -> list[Difference]:
    """What the new plan does otherwise; steps are the same if they share their key (`was`)."""
    kept = [(before, step) for step in new.steps if (before := old.step(step.key))]
    return [
        *_of_the_campaign(old, new),
        *(Difference(f"a new step {step.name}: {_in_short(step)}") for step in added(old, new)),
        *(Difference(f"{step.name} is gone") for step in gone(old, new)),
        *(Difference(sentence) for before, step in kept for sentence in _of_a_step(before, step)),
        *_of_the_order(kept, old),
    ]


def added(old: Campaign, new: Campaign) -> list[Step]:
    return [step for step in new.steps if old.step(step.key) is None]


def gone(old: Campaign, new: Campaign) -> list[Step]:
    return [step for step in old.steps if new.step(step.key) is None]


def lost_keys(old: Campaign, new: Campaign) -> list[str]:
    """What would make a stranger of a step that is known already, each with its remedy.

    A step's key is the name that it was born with: what was said under one would be said again under another.
    """
    called = {step.name: step for step in old.steps}
    return [
        f"step {step.name}: {before.name} was born as {before.key}, so its line has to be "
        f'was = "{before.key}" for good'
        for step in new.steps
        if (before := called.get(step.key)) and before.key != step.key and new.step(before.key) is None
    ]


def likely_renamed(old: Campaign, new: Campaign) -> list[str]:
    """Steps that look as if they had only got another name, and say nothing of it."""
    return [
        f'{step.name} looks like {before.name} under another name: if it is, write was = "{before.key}" '
        "below its name"
        for step in added(old, new)
        for before in gone(old, new)
        if (step.channels, step.purpose) == (before.channels, before.purpose)
    ]


def in_short(old: Campaign | None, new: Campaign) -> str:
    """One line for a list of versions."""
    if old is None:
        steps = ", ".join(step.name for step in new.steps)
        return f"the first one: {steps}"
    return "; ".join(difference.sentence for difference in differences(old, new)) or "the same in other words"


def _of_the_campaign(old: Campaign, new: Campaign) -> Iterator[Difference]:
    if old.trigger is not new.trigger:
        yield Difference(f"it begins with {new.trigger} instead of {old.trigger}", only_new=True)
    if old.stop_on != new.stop_on:
        yield Difference(f"it ends on {_events(new)} instead of {_events(old)}")
    if old.who != new.who:
        yield Difference(f"it is for {_whom(new.who)} instead of {_whom(old.who)}", only_new=True)
    if old.again_after != new.again_after:
        sentence = f"the same customer may enter again {_again(new)} instead of {_again(old)}"
        yield Difference(sentence, only_new=True)
    if old.catch_up != new.catch_up:
        sentence = f"it takes what the shop reports {_late(new)} instead of {_late(old)}"
        yield Difference(sentence, only_new=True)
    if old.holdout != new.holdout:
        sentence = f"{new.holdout:.0%} are left alone to measure its effect instead of {old.holdout:.0%}"
        yield Difference(sentence, only_new=True)
    if old.title != new.title:
        yield Difference(f"it is titled “{new.title}” instead of “{old.title}”")
    if (old.expects, old.risk) != (new.expects, new.risk):
        yield Difference("what it says about the buyer's question (expects, risk) is worded otherwise")


def _events(campaign: Campaign) -> str:
    return ", ".join(sorted(campaign.stop_on)) or "nothing"


def _whom(who: str) -> str:
    return f"those with {who}" if who else "everybody"


def _again(campaign: Campaign) -> str:
    return f"after {spell_duration(campaign.again_after)}" if campaign.again_after else "at once"


def _late(campaign: Campaign) -> str:
    return f"up to {spell_duration(campaign.catch_up)} late" if campaign.catch_up else "however late"


def _of_a_step(old: Step, new: Step) -> Iterator[str]:
    if old.name != new.name:
        yield f"{old.name} is now called {new.name}"
    if old.after != new.after and old.after and new.after:
        after, before = spell_duration(new.after), spell_duration(old.after)
        yield f"{new.name} goes {after} instead of {before} after the trigger"
    elif old.after != new.after:
        yield f"{new.name} goes {_after(new.after)} instead of {_after(old.after)}"
    for attribute, verb, spelt in _SPELT:
        before, after = getattr(old, attribute), getattr(new, attribute)
        if before != after:
            yield f"{new.name} {verb} {spelt(after)} instead of {spelt(before)}"
    if old.approve != new.approve:
        yield f"{new.name} {'waits for approval now' if new.approve else 'needs no approval any more'}"
    if new.approve and old.if_unapproved != new.if_unapproved:
        yield f"{new.name} {'goes' if new.if_unapproved == 'send' else 'is left out'} if nobody approves it"
    if old.survey != new.survey:
        waits = "waits while a complaint is open" if new.survey else "no longer waits for a complaint's end"
        yield f"{new.name} {waits}"


def _after(span: timedelta) -> str:
    return f"{spell_duration(span)} after the trigger" if span else "at once"


def _within(span: timedelta | None) -> str:
    return f"within {spell_duration(span)}" if span else "whenever its hours open"


def _window(window: Window | None) -> str:
    if window is None:
        return "in its channel's own hours"
    return f"{spell_days(window.days)} {window}{'' if window.on_holidays else ', not on holidays'}"


def _retry(waits: Sequence[timedelta]) -> str:
    return f"after {', '.join(map(spell_duration, waits))}" if waits else "not at all"


_SPELT: tuple[tuple[str, str, Callable[..., str]], ...] = (
    ("within", "goes", _within),
    ("window", "goes", _window),
    ("expires", "is given up", lambda span: f"{spell_duration(span)} late"),
    ("channels", "goes by", ", then ".join),
    ("purpose", "is", lambda purpose: purpose.value),
    ("when", "goes", lambda when: f"only if {when}" if when else "in any case"),
    ("sender", "is signed by", lambda sender: sender or "whom its text names"),
    ("retry", "is tried again", _retry),
)


def _of_the_order(kept: Sequence[tuple[Step, Step]], old: Campaign) -> Iterator[Difference]:
    before = [step.key for step in old.steps]
    places = [before.index(step.key) for step, _ in kept]
    if places != sorted(places):
        yield Difference(f"the steps stand in another order: {', '.join(step.name for _, step in kept)}")


def _in_short(step: Step) -> str:
    return f"by {', then '.join(step.channels)}, {_after(step.after)}"
