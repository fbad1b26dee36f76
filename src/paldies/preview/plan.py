"""A campaign's plan as it lies in the folder now, or what is wrong with it."""

from dataclasses import dataclass

from paldies.campaigns.definition import Campaign
from paldies.campaigns.faults import CampaignFault
from paldies.campaigns.reading import parse
from paldies.preview.bench import Bench
from paldies.templates.content import content_of
from paldies.templates.faults import Problem, TemplateFault

FILE = "campaign.toml"


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` are names and channels: of the plan, or of the files where the plan cannot be read."""

    campaign: Campaign | None
    steps: tuple[tuple[str, tuple[str, ...]], ...]
    problems: tuple[Problem, ...]


def read_plan(bench: Bench, name: str) -> Plan:
    label = f"{name}/{FILE}"
    try:
        source = content_of(bench.folder / label, file=label)
        campaign = parse(source, file=label, name=name, channels=bench.traits)
    except CampaignFault as fault:
        problems = tuple(_told(one.text, label, one.line) for one in fault.problems)
        return Plan(None, _steps_of_files(bench, name), problems)
    except TemplateFault:
        said = _told("there is no plan here that can be read; write one, as in the README", label, 1)
        return Plan(None, _steps_of_files(bench, name), (said,))
    return Plan(campaign, tuple((step.name, step.channels) for step in campaign.steps), ())


def plans(bench: Bench) -> list[str]:
    """The folders that hold texts or a plan."""
    with_texts = {file.name.campaign for file in bench.library.files()}
    return sorted(with_texts | {path.parent.name for path in bench.folder.glob(f"*/{FILE}")})


def _steps_of_files(bench: Bench, name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    there: dict[str, dict[str, None]] = {}
    for file in sorted(bench.library.files(), key=lambda file: file.name):
        if file.name.campaign == name:
            there.setdefault(file.name.step, {})[file.name.channel] = None
    return tuple((step, tuple(channels)) for step, channels in there.items())


def _told(sentence: str, file: str, line: int) -> Problem:
    """The remedy of a plan's problem stands behind its last semicolon or colon."""
    for mark in ("; ", ": "):
        said, found, remedy = sentence.rpartition(mark)
        if found:
            return Problem(file, line, said, f"{remedy[:1].upper()}{remedy[1:]}.")
    return Problem(file, line, sentence, "")
