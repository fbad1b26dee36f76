"""Braces that customers would read, because one of a pair is missing."""

import re
from collections.abc import Iterator

from jinja2 import TemplateSyntaxError

from paldies.templates.faults import Problem
from paldies.templates.lint.written import Written
from paldies.templates.sandbox import html_environment
from paldies.templates.values import NAMES

_HALF = re.compile(rf"\}}\}}|%\}}|\{{%|\{{\s*(?:{'|'.join(NAMES)})\b[^{{}}]*\}}?")


def look(written: Written) -> Iterator[Problem]:
    for passage in written.passages:
        try:
            tokens = list(html_environment().lexer.tokeniter(passage.text, None))
        except TemplateSyntaxError:  # reported already
            continue
        for line, kind, value in tokens:
            for found in _HALF.finditer(value) if kind == "data" else ():
                number = passage.line + line - 1 + value.count("\n", 0, found.start())
                yield written.at(number).problem(
                    f"a brace is missing: customers would read {found[0]!r} as it stands",
                    "Write {{ … }} for a value, {% … %} for a condition.",
                )
                break
