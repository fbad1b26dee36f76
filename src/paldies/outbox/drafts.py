"""The campaigns that lie in the templates folder, as staff left them."""

import glob
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from paldies.campaigns.faults import CampaignFault
from paldies.campaigns.reading import missing_templates, parse
from paldies.campaigns.toml_lines import TomlLines
from paldies.campaigns.traits import Traits
from paldies.outbox.plans import Draft
from paldies.templates.content import content_of
from paldies.templates.faults import TemplateFault
from paldies.templates.names import SUFFIXES

FILE = "campaign.toml"
_MARKDOWN = (".email", ".letter")  # the others are plain text


@dataclass(frozen=True, slots=True)
class Drafts:
    """Those that can be used, and what is wrong with the others."""

    good: tuple[Draft, ...]
    problems: tuple[str, ...]

    def named(self, name: str) -> Draft | None:
        return next((draft for draft in self.good if draft.campaign.name == name), None)


def read_drafts(
    folder: Path, channels: Mapping[str, Traits], texts: Collection[tuple[str, str, str]]
) -> Drafts:
    """`texts` are the (campaign, step, channel) with a usable text. One bad file hides no other."""
    good: list[Draft] = []
    problems: list[str] = []
    for file in sorted(folder.glob(f"*/{FILE}")):
        name = file.parent.name
        label = f"{name}/{FILE}"
        try:
            source = content_of(file, file=label)
            campaign = parse(source, file=label, name=name, channels=channels)
        except CampaignFault as fault:
            problems += [str(problem) for problem in fault.problems]
            continue
        except TemplateFault as fault:
            told = fault.problem
            problems.append(f"{label}:{told.line or 1}: {told.text}. {told.remedy}")
            continue
        existing = {(step, channel) for owner, step, channel in texts if owner == name}
        if missing := missing_templates(campaign, existing):
            lines, names = TomlLines(source), [step.name for step in campaign.steps]
            for step, channel in missing:
                line = lines.line(f"steps.{names.index(step)}.channels")
                remedy = _remedy(folder, f"{name}/{step}.{channel}")
                problems.append(f"{label}:{line}: step {step!r} has no usable text for {channel}: {remedy}")
            continue
        good.append(Draft(campaign, source))
    return Drafts(tuple(good), tuple(problems))


def _remedy(folder: Path, text: str) -> str:
    """`text` is the beginning of the names of its files, one for each language."""
    there = [suffix for suffix in SUFFIXES if any(folder.glob(f"{glob.escape(text)}.*{suffix}"))]
    if there:
        return f"mend what is wrong with {text}{there[0]}"
    return f"write {text}{'.md' if text.endswith(_MARKDOWN) else '.txt'}"
