"""Fills a compiled text in for one message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from paldies.templates.sheet import Sheet

SEPARATOR = "\x1e"  # between subject, preheader and text; values are cleared of control characters
_SPACES = re.compile(r"  [ \t]*")  # begins with plain letters: searched for ten times as fast as a choice


@dataclass(frozen=True, slots=True)
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
    """The compiled parts: subject, preheader and text share a sheet, as each costs 10 µs to begin."""

    plain: Sheet
    html: Sheet | None
    voicemail: Sheet | None = None  # its own words, and the same within the frame

    def fill(self, values: Mapping[str, object], *, locale: str) -> Content:
        """Raises RenderFault."""
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
