"""What a text is called: which campaign, step, channel and language it is for."""

import re
from dataclasses import dataclass
from pathlib import PurePath

from paldies.templates.locales import UNMARKED

_FILE_NAME = re.compile(
    r"(?P<step>[^.]+)\.(?P<channel>[a-z][a-z_]*)(?:\.(?P<locale>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*))?\.(?:md|txt)"
)
Leg = tuple[str, str, str]  # campaign, step, channel
SUFFIXES = (".md", ".txt")


@dataclass(frozen=True, slots=True, order=True)
class TextName:
    """`locale` is lower-case, and empty for a file name without one."""

    campaign: str
    step: str
    channel: str
    locale: str = ""

    @property
    def written_in(self) -> str:
        return self.locale or UNMARKED

    @property
    def leg(self) -> Leg:
        """What all languages of one text share."""
        return self.campaign, self.step, self.channel

    @classmethod
    def of(cls, campaign: str, file: PurePath) -> "TextName | None":
        """`1_right_choice.email.lv.md`; None if the file is not called like a text."""
        match = _FILE_NAME.fullmatch(file.name)
        if match is None:
            return None
        return cls(campaign, match["step"], match["channel"], (match["locale"] or "").lower())

    def __str__(self) -> str:
        return f"{self.campaign}/" + ".".join(filter(None, (self.step, self.channel, self.locale)))
