"""Steps that promise what the folder does not hold: a text, a person who signs, a language."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from paldies.campaigns.definition import Campaign
from paldies.campaigns.expressions import ExpressionError, is_true
from paldies.campaigns.facts import condition_values
from paldies.campaigns.toml_lines import TomlLines
from paldies.templates import samples
from paldies.templates.content import content_of
from paldies.templates.faults import Level, Problem, TemplateFault
from paldies.templates.folder import TextFile
from paldies.templates.library import Library
from paldies.templates.locales import is_language, language
from paldies.templates.names import Leg
from paldies.templates.senders import FILE as SENDERS_FILE

_MARKDOWN = ("email", "letter")


def missing_texts(library: Library, campaign: Campaign) -> Iterator[Problem]:
    plan = _Plan(library, campaign)
    for place, step in enumerate(campaign.steps):
        for channel in step.channels:
            if not library.find(campaign.name, step.name, channel, ()):
                suffix = "md" if channel in _MARKDOWN else "txt"
                yield plan.problem(
                    f"steps.{place}.channels",
                    f"the step {step.name} has no text for {channel}",
                    f"Write {campaign.name}/{step.name}.{channel}.{suffix}, or take {channel} out.",
                )


def unknown_senders(library: Library, campaign: Campaign) -> Iterator[Problem]:
    plan, known = _Plan(library, campaign), library.senders()
    for place, step in enumerate(campaign.steps):
        if step.sender and step.sender not in known:
            yield plan.problem(
                f"steps.{place}.sender",
                f"nobody called {step.sender!r} is in {SENDERS_FILE}",
                f"Known are: {', '.join(known) or 'none'}.",
            )


def unanswerable(campaign: Campaign, library: Library) -> Iterator[Problem]:
    """Conditions that can be read and not be answered, such as one that compares an amount with a word."""
    plan = _Plan(library, campaign)
    asked = [("who", campaign.who)] + [
        (f"steps.{at}.when", step.when) for at, step in enumerate(campaign.steps)
    ]
    for path, condition in asked:
        try:
            is_true(condition, condition_values(samples.COMPLETE.order, samples.COMPLETE.customer))
        except ExpressionError as error:
            yield plan.problem(path, f"{condition!r} cannot be answered: {error.said}", error.remedy)


def missing_languages(library: Library, locale: str) -> Iterator[Problem]:
    """Compares each text with all others of its campaign; `locale` is the shop's own."""
    files: dict[Leg, dict[str, TextFile]] = defaultdict(dict)
    spoken: dict[str, set[str]] = defaultdict(set)
    for file in sorted(library.files(), key=lambda file: file.name):
        files[file.name.leg].setdefault(language(file.name.written_in), file)
        if is_language(file.name.written_in):
            spoken[file.name.campaign].add(language(file.name.written_in))
    for (campaign, step, channel), there in files.items():
        yield from _missing(
            there, spoken[campaign] | ({language(locale)} if locale else set()), step, channel
        )


def _missing(there: Mapping[str, TextFile], expected: set[str], step: str, channel: str) -> Iterator[Problem]:
    neighbour = next(iter(there.values()))
    for missing in sorted(expected - set(there)):
        yield Problem(
            neighbour.label,
            1,
            f"there is no text in {missing!r}, so others get it in another language",
            f"Write {step}.{channel}.{missing}.{'md' if neighbour.is_page else 'txt'}, or rename the unmarked"
            " one if that is its language.",
            Level.WARNING,
        )


class _Plan:
    """Knows on which line of campaign.toml things stand."""

    def __init__(self, library: Library, campaign: Campaign) -> None:
        self._label = f"{campaign.name}/campaign.toml"
        try:
            self._lines = TomlLines(content_of(library.folder / self._label, file=self._label))
        except TemplateFault:
            self._lines = TomlLines("")

    def problem(self, path: str, said: str, remedy: str) -> Problem:
        return Problem(self._label, self._lines.line(path), said, remedy)
