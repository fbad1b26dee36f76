"""Where in the staff's own files something in a finished message was written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property

from jinja2 import Template, TemplateSyntaxError, nodes

from paldies.templates import manuscript
from paldies.templates.faults import Level, Problem, TemplateFault
from paldies.templates.folder import TextFile
from paldies.templates.frame import Frame
from paldies.templates.manuscript import Manuscript, Passage
from paldies.templates.sandbox import html_environment, plain_environment
from paldies.templates.senders import FILE as SENDERS_FILE


@dataclass(frozen=True, slots=True)
class Place:
    """A file as staff know it, and a line of it, counted from 1."""

    file: str
    line: int

    def problem(self, text: str, remedy: str, level: Level = Level.PROBLEM) -> Problem:
        return Problem(self.file, self.line, text, remedy, level)


@dataclass(frozen=True)
class Written:
    """One text as it is on disk now, and the frame around it."""

    file: TextFile
    frame: Frame | None = None
    senders: str = ""  # senders.toml

    @cached_property
    def script(self) -> Manuscript:
        """Of a front matter that cannot be read, nothing: that has been reported."""
        try:
            return manuscript.read(self.file.text, self.file.label)
        except TemplateFault:
            nothing = Passage("", self.file.label)
            return Manuscript(nothing, nothing, nothing, nothing)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        script = self.script
        return tuple(
            part for part in (script.subject, script.preheader, script.voicemail, script.body) if part.text
        )

    def own_words(self, values: Mapping[str, object]) -> str:
        """The body, filled in, without what stands around it."""
        return self._body.render(values)

    @cached_property
    def _body(self) -> Template:
        return plain_environment().from_string(self.script.body.text)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Everything that customers may read, line by line."""
        for passage in self.passages:
            yield from enumerate(passage.text.splitlines(), start=passage.line)

    def trees(self) -> Iterator[tuple[Passage, nodes.Template]]:
        """Each passage as Jinja understands it; what it does not understand has been reported."""
        for passage in self.passages:
            try:
                yield passage, html_environment().parse(passage.text)
            except TemplateSyntaxError:
                continue

    def at(self, line: int) -> Place:
        return Place(self.file.label, line)

    @property
    def subject(self) -> Place:
        return self.at(self.script.subject.line)

    @property
    def body(self) -> Place:
        """Its first line that says something."""
        said = enumerate(self.script.body.text.splitlines(), start=self.script.body.line)
        return self.at(next((number for number, line in said if line.strip()), self.script.body.line))

    def place_of(self, words: str, values: Mapping[str, object]) -> Place:
        """Where `words` stand, or the place to fill in that they came from; else where the text begins."""
        return (
            self._standing(words)
            or next(filter(None, (self._standing(path) for path in paths_to(words, values))), None)
            or self.body
        )

    def in_frame(self, words: str) -> Place | None:
        if self.frame is None:
            return None
        place = self.frame.text.find(words)
        return Place(self.frame.file, self.frame.text.count("\n", 0, place) + 1) if place >= 0 else None

    def of_senders(self, words: str) -> Place:
        """Where senders.toml has them."""
        return Place(SENDERS_FILE, self.senders.count("\n", 0, max(0, self.senders.find(words))) + 1)

    def _standing(self, words: str) -> Place | None:
        for number, line in self.lines():
            if words in line:
                return self.at(number)
        return self.in_frame(words)


def paths_to(words: str, values: Mapping[str, object]) -> Iterator[str]:
    """The names of values that hold the words, as a text would write them: `shop.name`."""
    for name, value in values.items():
        if is_dataclass(value):
            for field in fields(value):
                if words in str(getattr(value, field.name)):
                    yield f"{name}.{field.name}"
            if words in str(getattr(value, "name", "")):
                yield f"{name}.name"
        elif isinstance(value, str) and value and (words in value or value in words):
            yield name
