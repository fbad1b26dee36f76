"""Every step of a campaign for one order in one language, as the page draws it."""

from dataclasses import dataclass, replace
from typing import Any

from paldies.campaigns.definition import Step
from paldies.campaigns.words import Purpose
from paldies.preview.bench import Bench
from paldies.preview.mistakes import Mistake, mistake
from paldies.preview.pieces import piece
from paldies.preview.plan import Plan, plans, read_plan
from paldies.preview.telling import begins, comes, conditions
from paldies.templates import samples
from paldies.templates.faults import Level, Problem, RenderFault
from paldies.templates.lint import rules
from paldies.templates.lint.carriers import Carrier
from paldies.templates.lint.message import Message, Reading
from paldies.templates.lint.wanted import wants
from paldies.templates.lint.written import Written
from paldies.templates.locales import language
from paldies.templates.samples import Sample

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _View:
    """What is looked at: one campaign, with one order, in one language."""

    bench: Bench
    name: str
    plan: Plan
    sample: Sample
    locale: str


def timeline(bench: Bench, name: str, sample: Sample, *, locale: str = "") -> Told | None:
    """`locale` empty: the customer's own. None if there is no such campaign."""
    with bench.at_work:
        problems = bench.library.refresh()
        if name not in (known := plans(bench)):
            return None
        tongue = locale or sample.customer.locale or bench.settings.paldies.locale
        view = _View(bench, name, read_plan(bench, name), sample, tongue)
        steps = [_step(view, number) for number in range(len(view.plan.steps))]
    told = [leg["mistake"] for step in steps for leg in step["legs"]]
    others = [
        mistake(bench.folder, problem)
        for problem in (*view.plan.problems, *problems)
        if _is_near(problem, name)
    ]
    campaign = view.plan.campaign
    return {
        "name": name,
        "title": campaign.title if campaign else name,
        "begins": begins(campaign) if campaign else "",
        "expects": campaign.expects if campaign else "",
        "campaigns": known,
        "languages": sorted({language(file.name.written_in) for file in bench.library.files()}),
        "language": language(tongue),
        "mistakes": [one for one in others if one not in told],
        "steps": steps,
    }


def _is_near(problem: Problem, campaign: str) -> bool:
    """What is wrong with another campaign is not shown here."""
    return "/" not in problem.file or problem.file.startswith(f"{campaign}/")


def _step(view: _View, number: int) -> Told:
    name, channels = view.plan.steps[number]
    campaign = view.plan.campaign
    step = campaign.steps[number] if campaign else None
    return {
        "name": name,
        "title": name.lstrip("0123456789_").replace("_", " ").capitalize() or name,
        "comes": comes(step) if step else "",
        "purpose": step.purpose.value if step else "",
        "conditions": conditions(step) if step else [],
        "is_wanted": wants(campaign, step, view.sample),
        "legs": [_leg(view, step, name, channel) for channel in channels],
    }


def _leg(view: _View, step: Step | None, name: str, channel: str) -> Told:
    """What the customer gets, or in its place what is wrong with it."""
    file = view.bench.library.meant(view.name, name, channel, [view.locale])
    leg: Told = {"channel": channel, "file": file.label if file else "", "mistake": None, "hints": []}
    if file is None:
        return leg | {"mistake": _not_there(view, name, channel)}
    if broken := view.bench.library.fault_of(file):
        return leg | {"mistake": mistake(view.bench.folder, broken)}
    text = view.bench.library.find(view.name, name, channel, [view.locale])
    if text is None:
        return leg | {"mistake": _not_there(view, name, channel)}
    carrier = view.bench.carriers.get(channel, Carrier())
    written = Written(file, view.bench.library.frame(file))
    reading = Reading(text, written, view.plan.campaign, step, carrier)
    try:
        message = _filled_in(view, reading)
    except RenderFault as fault:
        return leg | {"mistake": mistake(view.bench.folder, fault.problem)}
    return leg | {
        "language": language(message.content.locale),
        "hints": [str(hint) for hint in _hints(message)],
        "is_wayless": carrier.needs_way_out
        and reading.purpose is Purpose.PROMOTIONAL
        and not view.bench.public_url,
        **piece(message, view.bench),
    }


def _filled_in(view: _View, reading: Reading) -> Message:
    """Raises RenderFault."""
    sample = replace(view.sample, public_url=view.bench.public_url)
    values = samples.values(sample, view.bench.shop, purpose=reading.purpose)
    content = reading.text.render(values, locale=view.locale, sender=reading.signer)
    return Message(reading, values, content)


def _hints(message: Message) -> list[Problem]:
    """What `paldies templates check` would say of it."""
    found = [problem for look in rules.SOURCES for problem in look(message.written)]
    found += [problem for look in rules.READINGS for problem in look(message.reading)]
    found += [problem for look in (*rules.EVERY_ORDER, *rules.PAGES) for problem in look(message)]
    return [problem for problem in dict.fromkeys(found) if problem.level is not Level.NOTE]


def _not_there(view: _View, name: str, channel: str) -> Mistake:
    suffix = "md" if channel in ("email", "letter") else "txt"
    file = f"{view.name}/{name}.{channel}.{suffix}"
    return mistake(
        view.bench.folder,
        Problem(
            file, None, f"the step {name} has no text for {channel}", f"Write {file}, or take {channel} out."
        ),
    )
