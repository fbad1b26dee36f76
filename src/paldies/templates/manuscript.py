"""A text as staff write it: front matter on top, and a body."""

import re
from dataclasses import dataclass, field

from paldies.templates.faults import TemplateFault

_FENCE = "---"
KEYS = ("subject", "preheader", "sender", "attach", "voicemail")
_ENTRY = re.compile(r"([A-Za-z_]+)\s*:\s*(.*)")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a file, and the number of its first line."""

    text: str
    file: str
    line: int = 1

    def fault(self, number: int, text: str, *, remedy: str) -> TemplateFault:
        """What is wrong with its line of this number, from 1."""
        return TemplateFault(text, remedy=remedy, file=self.file, line=self.line + number - 1)


@dataclass(frozen=True, slots=True)
class Manuscript:
    """`subject`, `preheader` and `voicemail` may hold Jinja.

    `sender` is a key of senders.toml, `attach` names files; `voicemail` is for answering machines.
    """

    body: Passage
    subject: Passage
    preheader: Passage
    voicemail: Passage
    sender: str = ""
    attach: tuple[str, ...] = ()
    sender_line: int = 1
    attach_line: int = 1


@dataclass(slots=True)
class _FrontMatter:
    entries: dict[str, Passage] = field(default_factory=dict)
    lines: int = 0  # how many lines of the file it takes up


def read(text: str, file: str) -> Manuscript:
    """Takes a file apart. Raises TemplateFault."""
    lines = text.removeprefix("\ufeff").splitlines()
    front = _front_matter(lines, file)
    nothing = Passage("", file)
    sender, attach = front.entries.get("sender", nothing), front.entries.get("attach", nothing)
    return Manuscript(
        body=Passage("\n".join(lines[front.lines :]) + "\n", file, front.lines + 1),
        subject=front.entries.get("subject", nothing),
        preheader=front.entries.get("preheader", nothing),
        voicemail=front.entries.get("voicemail", nothing),
        sender=sender.text,
        attach=tuple(name.strip() for name in attach.text.split(",") if name.strip()),
        sender_line=sender.line,
        attach_line=attach.line,
    )


def _front_matter(lines: list[str], file: str) -> _FrontMatter:
    front = _FrontMatter()
    if not lines or lines[0].strip() != _FENCE:
        return front
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == _FENCE:
            front.lines = number
            return front
        if line.strip():
            key, value = _entry(line, file, number=number)
            if key in front.entries:
                raise TemplateFault(
                    f"{key} is given twice", remedy="Remove one of the two lines.", file=file, line=number
                )
            front.entries[key] = Passage(value, file, number)
    raise TemplateFault(
        "the part between the --- lines never ends",
        remedy="Write --- after its last line.",
        file=file,
        line=1,
    )


def _entry(line: str, file: str, *, number: int) -> tuple[str, str]:
    match = _ENTRY.fullmatch(line.strip())
    if match is None or match[1] not in KEYS:
        raise TemplateFault(
            f"{line.strip()[:60]!r} is not understood between the --- lines",
            remedy=f"Write one of {', '.join(f'{key}:' for key in KEYS)} and its value on the same line;"
            " --- stands before the text itself.",
            file=file,
            line=number,
        )
    value = match[2].strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return match[1], value
