"""One `[[steps]]` table read into a Step; what is wrong is noted in the table."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from paldies.campaigns.calendar import Hours
from paldies.campaigns.definition import Step
from paldies.campaigns.expressions import ExpressionError, check
from paldies.campaigns.facts import CONDITION_NAMES
from paldies.campaigns.faults import suggestion
from paldies.campaigns.toml_table import TomlTable
from paldies.campaigns.traits import Traits, Window
from paldies.campaigns.windows import parse_days, parse_hours
from paldies.campaigns.words import Purpose

STEP_KEYS = frozenset(
    "name was after within channels purpose expires window when approve if_unapproved sender retry"
    " survey".split()
)
WINDOW_KEYS = frozenset({"days", "hours", "holidays"})

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_SOME_MONDAY = datetime(2001, 1, 1, tzinfo=UTC)


def read_step(table: TomlTable, channels: Mapping[str, Traits]) -> Step:
    table.refuse_unknown(STEP_KEYS)
    name = _step_name(table)
    after, within = table.duration("after"), table.duration("within")
    if "after" not in table:
        table.refuse("after", f'step "{name}" does not say when; write for example after = "20m"')
    if after is not None and within is not None and within < after:
        table.refuse(
            "within", "within is the latest moment and comes before after; make it the longer of the two"
        )
    expires = table.duration("expires")
    if expires == timedelta(0):
        table.refuse("expires", 'it would expire at once; write for example expires = "12h"')
    names = _channels(table, channels)
    return Step(
        name=name,
        key=table.text("was") or name,
        after=after or timedelta(0),
        channels=names,
        purpose=table.word("purpose", Purpose, Purpose.PROMOTIONAL),
        within=within,
        expires=expires or timedelta(hours=24),
        window=_window(table, {known: channels[known] for known in names if known in channels}),
        when=read_condition(table, "when"),
        approve=table.flag("approve", default=False),
        if_unapproved=_if_unapproved(table),
        sender=table.text("sender"),
        retry=table.durations("retry"),
        survey=table.flag("survey", default=False),
    )


def _step_name(table: TomlTable) -> str:
    for key in ("name", "was"):
        name = table.text(key)
        if name and not _NAME.fullmatch(name):
            table.refuse(
                key, f'"{name}" cannot be a step\'s name; use letters, digits and _, as in "1_right_choice"'
            )
    if "name" not in table:
        table.refuse("name", 'this step has no name; write for example name = "1_right_choice"')
    return table.text("name")


def _channels(table: TomlTable, channels: Mapping[str, Traits]) -> tuple[str, ...]:
    names = table.texts("channels") or ()
    for place, name in enumerate(names):
        if name not in channels:
            table.refuse("channels", f'there is no channel "{name}"; {suggestion(name, channels)}')
        elif name in names[:place]:
            table.refuse("channels", f'"{name}" stands here twice; for another try write retry = ["2h"]')
    if not names:
        table.refuse("channels", 'this step has no channel; write for example channels = ["email"]')
    return names


def _window(table: TomlTable, channels: Mapping[str, Traits]) -> Window | None:
    inner = table.table("window")
    if inner is None:
        return None
    inner.refuse_unknown(WINDOW_KEYS)
    days = inner.parsed("days", parse_days)
    opens, closes = inner.parsed("hours", parse_hours) or (0, 24 * 60)
    window = Window(
        days=days or frozenset(range(7)),
        opens=opens,
        closes=closes,
        on_holidays=inner.flag("holidays", default=True),
    )
    for name, traits in channels.items():
        if _never_opens(window, traits):
            table.refuse(
                "window", f'"{name}" may only be used {traits.bounds}; this window is never open then'
            )
    return window


def _never_opens(window: Window, traits: Traits) -> bool:
    return Hours((window, traits.bounds), ("UTC",), margin=traits.margin).next_open(_SOME_MONDAY) is None


def _if_unapproved(table: TomlTable) -> Literal["send", "skip"]:
    match table.text("if_unapproved"):
        case "send":
            return "send"
        case "skip" | "":
            return "skip"
        case other:
            table.refuse("if_unapproved", f'"{other}" is no answer; write "send" or "skip"')
            return "skip"


def read_condition(table: TomlTable, key: str) -> str:
    """An expression over the order and the customer; empty if absent."""
    text = table.text(key)
    try:
        check(text, CONDITION_NAMES)
    except ExpressionError as error:
        table.refuse(key, f"{key}: {error}")
    return text
