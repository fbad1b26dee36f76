"""The campaigns that lie in the templates folder, as staff left them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from paldies.campaigns.faults import CampaignFault
from paldies.campaigns.reading import missing_templates, parse
from paldies.campaigns.toml_lines import TomlLines
from paldies.campaigns.traits import Traits
from paldies.outbox.plans import Draft

FILE = "campaign.toml"
_MARKDOWN = ("email", "letter")  # the others are plain text


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
            source = file.read_text(encoding="utf-8-sig")
            campaign = parse(source, file=label, name=name, channels=channels)
        except CampaignFault as fault:
            problems += [str(problem) for problem in fault.problems]
            continue
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{label} cannot be read: {error}")
            continue
        existing = {(step, channel) for owner, step, channel in texts if owner == name}
        if missing := missing_templates(campaign, existing):
            lines, names = TomlLines(source), [step.name for step in campaign.steps]
            for step, channel in missing:
                line = lines.line(f"steps.{names.index(step)}.channels")
                text = f"{name}/{step}.{channel}.{'md' if channel in _MARKDOWN else 'txt'}"
                problems.append(
                    f"{label}:{line}: step {step!r} has no usable text for {channel}: write {text}"
                )
            continue
        good.append(Draft(campaign, source))
    return Drafts(tuple(good), tuple(problems))
