"""What stands around every text of a channel, with its fixed phrases in each language."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from paldies.campaigns.toml_lines import TomlLines
from paldies.templates.faults import TemplateFault
from paldies.templates.locales import UNMARKED, fallbacks
from paldies.templates.manuscript import Passage
from paldies.templates.tags import check_tags

_HTML, _TXT = ".html", ".txt"
FRAMES = "_layout."  # what the names of frames begin with
PHRASES_FILE = f"{FRAMES}phrases.toml"
_ELEMENT = re.compile("<[a-zA-Z]")
_TOML_LINE = re.compile(r"at line (\d+)")
_PHRASE = re.compile(r"<!-- phrase: ([a-z_]+) -->")

Phrases = Mapping[str, Mapping[str, str]]  # by language, then by name


@dataclass(frozen=True, slots=True)
class Frame:
    """`_layout.<channel>.html` or `.txt`: HTML or plain text, with Jinja.

    `<!-- phrase: name -->` stands for a phrase.
    """

    text: str
    file: str
    phrases: Phrases = field(default_factory=dict)

    def in_language(self, locale: str) -> Passage:
        """The frame with its phrases filled in; a missing one is taken from English. Raises TemplateFault."""
        passage = Passage(_PHRASE.sub(lambda found: self._phrase(found, locale), self.text), self.file)
        if is_page(passage.text) != self.file.endswith(_HTML):
            raise self._mistaken()
        return passage

    def _phrase(self, found: re.Match[str], locale: str) -> str:
        for tag in fallbacks([locale], UNMARKED):
            if phrase := self.phrases.get(tag, {}).get(found[1]):
                return phrase
        raise TemplateFault(
            f"there is no phrase {found[1]!r}",
            remedy=f'Write {found[1]} = "…" below [{UNMARKED}] in {PHRASES_FILE}.',
            file=self.file,
            line=self.text.count("\n", 0, found.start()) + 1,
        )

    def _mistaken(self) -> TemplateFault:
        if self.file.endswith(_HTML):
            return TemplateFault(
                "there is no HTML in this frame", remedy="Restore it, or call it .txt.", file=self.file
            )
        return TemplateFault(
            "there is HTML in a frame for plain text", remedy="Take out what stands in < >.", file=self.file
        )


def is_page(frame: str) -> bool:
    """Whether it stands around Markdown: a frame for plain text has no element in it."""
    return bool(_ELEMENT.search(frame))


def file_name(channel: str, *, page: bool) -> str:
    return f"{FRAMES}{channel}{_HTML if page else _TXT}"


def read_phrases(text: str) -> Phrases:
    """Reads _layout.phrases.toml. Raises TemplateFault."""
    try:
        phrases = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        raise _fault(f"this is not TOML: {error}", line=int(found[1]) if found else None) from error
    lines = TomlLines(text)
    for language, said in phrases.items():
        if not isinstance(said, dict) or not all(isinstance(phrase, str) for phrase in said.values()):
            raise _fault(f"{language!r} does not hold phrases", line=lines.line(language))
        for name, phrase in said.items():
            line = lines.line(f"{language}.{name}")
            if "\n" in phrase:
                raise _fault(f"the phrase {name!r} of {language!r} has a line break", line=line)
            check_tags(Passage(phrase, PHRASES_FILE, line))
    return phrases


def _fault(text: str, *, line: int | None = None) -> TemplateFault:
    return TemplateFault(
        text,
        remedy='Write a line with the language, like [lv], and below it lines like name = "phrase".',
        file=PHRASES_FILE,
        line=line,
    )
