"""Dates and amounts that are written the same way in every language."""

import re
from collections.abc import Iterator
from functools import lru_cache

from babel.dates import get_month_names
from jinja2 import nodes

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.written import Written
from paldies.templates.locales import conventions, language

_MOMENTS = frozenset(
    "placed_at confirmed_at paid_at shipped_at delivered_at promised_at cancelled_at refunded_at"
    " todo_by".split()
)
_AMOUNTS = frozenset({"total", "refunded_total", "price"})
_ISO = r"\b\d{4}-\d{2}-\d{2}\b"
_SLASHES = r"\b\d{1,2}/\d{1,2}/\d{2,4}\b"
_DOTS = r"\b\d{1,2}\.\d{1,2}\.\d{4}\b"
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\]\([^)]*\)|https?://\S+")
_NOON = r"\b\d{1,2}(?:[:.]\d{2})? ?[AaPp]\.?[Mm]\b"
_DAY = r"\b\d{1,2}\.? "


def look(written: Written) -> Iterator[Problem]:
    for passage, tree in written.trees():
        for part in tree.find_all(nodes.Getattr):
            if isinstance(part.node, nodes.Getattr) and part.node.attr in _MOMENTS:
                yield written.at(passage.line + part.lineno - 1).problem(
                    f"{part.node.attr}.{part.attr} is written alike in every language",
                    f"Use a filter: {{{{ order.{part.node.attr}|date }}}}, |datetime, |time or |weekday.",
                )
        for output in tree.find_all(nodes.Output):
            for shown in output.nodes:
                if isinstance(shown, nodes.Getattr) and shown.attr in _AMOUNTS:
                    yield written.at(passage.line + shown.lineno - 1).problem(
                        f"{shown.attr} is written alike in every language",
                        f"Add the filter: {shown.attr}|money.",
                        Level.WARNING,
                    )
    yield from _literal(written)


def _literal(written: Written) -> Iterator[Problem]:
    locale = written.file.name.written_in
    pattern = _foreign(language(locale))
    for number, line in written.lines():
        for found in pattern.finditer(_TAG.sub(" ", line)):
            yield written.at(number).problem(
                f"{found[0]!r} is not how a date is written in {locale!r}",
                "Write it as its readers do, or let the order say it: {{ order.promised_at|date }}.",
                Level.WARNING,
            )


@lru_cache(maxsize=64)
def _foreign(spoken: str) -> re.Pattern[str]:
    """Dates as others write them: 2026-11-23, 11/23/2026, «23 November» or «5 PM» in Latvian."""
    forms = [_ISO, _DOTS] if spoken == "en" else [_ISO, _SLASHES]
    own = set(_months(spoken))
    others = {name for tag in ("en", "lv", "ru") for name in _months(tag)} - own
    names = "|".join(sorted(map(re.escape, others), key=len, reverse=True))
    if spoken != "en":
        forms += [_NOON]
    return re.compile("|".join([*forms, rf"{_DAY}(?:{names})\b", rf"\b(?:{names}) \d{{1,2}}\b"]))


def _months(spoken: str) -> Iterator[str]:
    for context in ("format", "stand-alone"):
        yield from get_month_names("wide", context=context, locale=conventions(spoken)).values()
