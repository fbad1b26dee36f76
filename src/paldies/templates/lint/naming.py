"""Texts that no message will ever be made of, for what their file or folder is called."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from paldies.campaigns.definition import Campaign
from paldies.templates.faults import Level, Problem
from paldies.templates.folder import TextFile
from paldies.templates.locales import is_language
from paldies.templates.names import SUFFIXES, TextName

_PLAN = "campaign.toml"


def look(
    files: Sequence[TextFile], campaigns: Mapping[str, Campaign], channels: Collection[str], *, folder: Path
) -> Iterator[Problem]:
    """`campaigns` are those that can be read; of the others nobody knows what their steps are called."""
    yield from _planless([file for file in files if file.name.campaign not in campaigns], folder)
    for known in campaigns.values():
        yield from _overlooked(known, channels, folder)
    by_name = {file.name: file for file in files}
    for file in files:
        name = file.name
        if channels and name.channel not in channels:
            near = get_close_matches(name.channel, channels, n=1)
            yield _at(
                file,
                f"there is no channel called {name.channel!r}",
                f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(sorted(channels))}.",
                Level.PROBLEM,
            )
        elif campaign := campaigns.get(name.campaign):
            yield from _stepless(file, campaign)
        if not is_language(name.written_in):
            yield _at(
                file,
                f"nobody gets it: there is no language {name.locale!r}",
                "Call it by the two letters of its language, as in 1_right_choice.email.lv.md.",
                Level.WARNING,
            )
        if (marked := by_name.get(TextName(*name.leg, "en"))) and not name.locale:
            yield _at(
                file,
                f"nobody gets it: a name without a language means English, and so does {marked.label}",
                "Remove one of the two, or name the language of this one.",
                Level.WARNING,
            )


def _planless(files: Sequence[TextFile], folder: Path) -> Iterator[Problem]:
    first: dict[str, TextFile] = {}
    for file in files:
        first.setdefault(file.name.campaign, file)
    for name, file in first.items():
        if not (folder / name / _PLAN).is_file():
            yield _at(
                file,
                f"nobody gets it: there is no {name}/{_PLAN} to say who, and when",
                f"Write one (the README has an example), or remove the folder {name}.",
                Level.WARNING,
            )


def _overlooked(campaign: Campaign, channels: Collection[str], folder: Path) -> Iterator[Problem]:
    """Texts of its steps that lie too deep, or that a word processor has saved."""
    home = folder / campaign.name
    steps = {step.name for step in campaign.steps}
    for path in sorted(home.rglob("*.*")):
        name = TextName.of(campaign.name, path.with_suffix(".md"))
        if not name or name.step not in steps or name.channel not in channels:
            continue
        place = path.relative_to(folder)
        if any(part.startswith(".") for part in place.parts):
            continue
        if path.parent != home:
            said = f"texts stand in {campaign.name}/ itself, and in no folder below it"
            remedy = f"Move it there; its name says the language, as in {name.step}.{name.channel}.lv.md."
        elif path.suffix not in SUFFIXES:
            said = f"{path.suffix} is no text"
            remedy = f"Save it as plain text (UTF-8), and call it {path.stem}.md."
        else:
            continue
        yield Problem(place.as_posix(), 1, f"nobody gets it: {said}", remedy, Level.WARNING)


def _stepless(file: TextFile, campaign: Campaign) -> Iterator[Problem]:
    steps = {step.name: step for step in campaign.steps}
    step = steps.get(file.name.step)
    if step is None:
        near = get_close_matches(file.name.step, steps, n=1)
        yield _at(
            file,
            f"nobody gets it: {campaign.name}/{_PLAN} has no step called {file.name.step!r}",
            f"Did you mean {near[0]!r}?" if near else f"Its steps are: {', '.join(steps)}.",
            Level.WARNING,
        )
    elif file.name.channel not in step.channels:
        yield _at(
            file,
            f"nobody gets it: the step {step.name} does not go by {file.name.channel}",
            f"Add {file.name.channel!r} to its channels in {campaign.name}/{_PLAN}, or remove the file.",
            Level.WARNING,
        )


def _at(file: TextFile, said: str, remedy: str, level: Level) -> Problem:
    return Problem(file.label, 1, said, remedy, level)
