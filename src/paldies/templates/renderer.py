"""Fills a compiled text in for one message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from paldies.templates.sheet import Sheet
from paldies.templates.writing_in import SAME_FOR_MANY
from paldies.value import value

SEPARATOR = "\x1e"  # between subject, preheader and text; values are cleared of control characters
_OFTEN = 20  # times; to make sheets for a text takes 20 ms, and saves 16 µs a message
Same = tuple[object, ...]  # the values of SAME_FOR_MANY

_SPACES = re.compile(r"  [ \t]*")  # begins with plain letters: searched for ten times as fast as a choice


@value
class Content:
    """What one message says; `locale` is the one it is written in."""

    subject: str
    preheader: str
    html: str
    text: str
    locale: str
    voicemail: str = ""  # what an answering machine is told


@dataclass(frozen=True, slots=True)
class Sheets:
    """The compiled parts: subject, preheader and text share a sheet, as each costs 2 µs to begin."""

    plain: Sheet
    html: Sheet | None
    voicemail: Sheet | None = None  # its own words, and the same within the frame
    _known: "dict[Same, Sheets | int]" = field(default_factory=dict, repr=False, compare=False)

    def fill(self, values: Mapping[str, object], *, locale: str) -> Content:
        """Raises RenderFault."""
        return self._knowing(values)._filled(values, locale)

    def _knowing(self, values: Mapping[str, object]) -> "Sheets":
        """Once it has been filled in a few times for the same shop, signer and language: made for these."""
        same = tuple(map(values.get, SAME_FOR_MANY))
        found = self._known.get(same, 0)
        if isinstance(found, Sheets):
            return found
        if found < _OFTEN:
            self._known[same] = found + 1
            return self
        known = dict(zip(SAME_FOR_MANY, same, strict=True))
        made = Sheets(self.plain.knowing(known), self.html and self.html.knowing(known), self.voicemail)
        self._known[same] = made
        return made

    def _filled(self, values: Mapping[str, object], locale: str) -> Content:
        subject, preheader, text = self.plain.fill(values).split(SEPARATOR)
        subject, preheader = " ".join(subject.split()), " ".join(preheader.split())
        html = ""
        if self.html:
            html = self.html.fill({**values, "subject": subject, "preheader": preheader})
        return Content(subject, preheader, html, _tidied(text), locale, self._left_behind(values))

    def _left_behind(self, values: Mapping[str, object]) -> str:
        """For an answering machine: it presses no keys, and a frame around nothing is not said."""
        if self.voicemail is None:
            return ""
        own, framed = self.voicemail.fill({**values, "has_keys": False}).split(SEPARATOR)
        return _tidied(framed) if own.strip() else ""


def _tidied(text: str) -> str:
    """Takes out the blanks that conditions leave behind, as a browser does; indents stay."""
    if "  " in text:
        text = _SPACES.sub(_one_space, text)
    text = text.replace(" \n", "\n")
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"


def _one_space(run: re.Match[str]) -> str:
    begins_a_line = run.string[run.start() - 1 : run.start()] in ("", "\n", "\t")
    return run[0] if begins_a_line else " "
