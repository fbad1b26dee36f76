"""A campaign.toml read into a Campaign, or refused with every problem, its line and its remedy."""

import re
import tomllib
from collections.abc import Collection, Mapping

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.faults import CampaignFault, Problem
from paldies.campaigns.step_reading import read_condition, read_step
from paldies.campaigns.toml_lines import TomlLines
from paldies.campaigns.toml_table import TomlTable
from paldies.campaigns.traits import Traits
from paldies.campaigns.words import EventKind

CAMPAIGN_KEYS = frozenset(
    "title trigger expects risk stop_on who again_after catch_up holdout steps".split(),
)
STOPS = frozenset({EventKind.CANCELLED, EventKind.REFUNDED})
_ENDINGS = STOPS | {EventKind.PART_REFUNDED}


def parse(text: str, *, file: str, name: str, channels: Mapping[str, Traits]) -> Campaign:
    """Reads what staff wrote; `file` is how problems name it, `channels` are those that exist.

    Raises CampaignFault.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CampaignFault([_syntax_problem(error, text, file)]) from error
    problems: list[Problem] = []
    table = TomlTable(values, path="", file=file, lines=TomlLines(text), problems=problems)
    campaign = _campaign(table, name, channels=channels)
    if problems:
        raise CampaignFault(sorted(problems, key=lambda problem: problem.line))
    return campaign


def missing_templates(campaign: Campaign, existing: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """The (step, channel) pairs that have no template yet."""
    wanted = [(step.name, channel) for step in campaign.steps for channel in step.channels]
    return [pair for pair in wanted if pair not in existing]


def _syntax_problem(error: tomllib.TOMLDecodeError, text: str, file: str) -> Problem:
    found = re.search(r"\(at line (\d+), column \d+\)", str(error))
    line = int(found[1]) if found else max(1, len(text.splitlines()))  # "at end of document"
    words = re.sub(r"\s*\(at .*\)", "", str(error))
    return Problem(
        file, line, f"this is not TOML: {words}; {_mended(words, text.splitlines()[line - 1 : line])}"
    )


def _mended(words: str, where: list[str]) -> str:
    if "".join(where).strip() == "[steps]":
        return "write [[steps]], as there is more than one"
    if "overwrite" in words or "twice" in words:
        return "take out one of the two lines that give it"
    return "texts need quotes, lists need [ ]"


def _campaign(table: TomlTable, name: str, *, channels: Mapping[str, Traits]) -> Campaign:
    table.refuse_unknown(CAMPAIGN_KEYS)
    trigger = table.word("trigger", EventKind, EventKind.CONFIRMED)
    steps = tuple(read_step(step, channels) for step in table.tables("steps"))
    if not steps and not table.problems:
        table.refuse("steps", "a campaign needs a step; begin one with [[steps]]")
    return Campaign(
        name=name,
        title=table.text("title") or name.replace("_", " ").capitalize(),
        trigger=trigger,
        steps=_all_different(table, steps),
        expects=table.text("expects"),
        risk=table.text("risk"),
        stop_on=_stop_on(table, trigger),
        who=read_condition(table, "who"),
        again_after=table.duration("again_after"),
        catch_up=table.duration("catch_up"),
        holdout=table.share("holdout"),
    )


def _stop_on(table: TomlTable, trigger: EventKind) -> frozenset[EventKind]:
    texts = table.texts("stop_on")
    if texts is None:
        return frozenset() if trigger in _ENDINGS else STOPS
    kinds = frozenset(kind for text in texts if (kind := table.known_word("stop_on", text, EventKind)))
    if trigger in kinds:
        table.refuse(
            "stop_on", f'"{trigger}" starts this campaign, so it would stop at once; take it out of stop_on'
        )
    return kinds


def _all_different(table: TomlTable, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    for place, step in enumerate(steps):
        earlier = steps[:place]
        if step.name and any(step.name == other.name for other in earlier):
            table.refuse(
                f"steps.{place}.name", f'there is a step "{step.name}" already; give this one another name'
            )
        elif step.key and any(step.key == other.key for other in earlier):
            table.refuse(f"steps.{place}.was", f'another step is or was "{step.key}"; take this `was` out')
    return steps
