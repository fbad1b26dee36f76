"""Characters that nobody typed: control codes, broken encodings, what turns the writing round."""

import re
import unicodedata
from collections.abc import Iterator

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.written import Written

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
_BROKEN = re.compile("\ufffd|[ÃÂÄÅÐÑ][\x80-\xbf]")  # UTF-8 that was read as Latin-1 on its way


def look(written: Written) -> Iterator[Problem]:
    """At most one of each kind a file: who sees one finds the others."""
    lines = list(enumerate(written.file.text.splitlines(), start=1))
    for pattern, what, remedy, level in _KINDS:
        for number, line in lines:
            if found := pattern.search(line):
                name = unicodedata.name(found[0][0], f"U+{ord(found[0][0]):04X}")
                yield written.at(number).problem(what.format(name), remedy, level)
                break


_KINDS = (
    (
        _CONTROL,
        "there is a control character ({}): this does not look like a text",
        "Take it out, or restore the file if it is none of yours.",
        Level.PROBLEM,
    ),
    (
        _TURNING,
        "there is a character that nobody sees ({})",
        "Delete the line and type it again.",
        Level.WARNING,
    ),
    (
        _BROKEN,
        "some letters are broken ({}): the file was saved in another encoding once",
        "Type them again, and save it as UTF-8.",
        Level.WARNING,
    ),
)
