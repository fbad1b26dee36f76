"""What can be wrong with a text, told to the person who wrote it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    PROBLEM = "problem"  # it must be mended
    WARNING = "warning"  # it should be looked at
    NOTE = "note"  # good to know


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where, what is wrong, and what to write instead.

    A warning or a note does not keep the text from being used.
    """

    file: str  # relative to the templates folder
    line: int | None
    text: str
    remedy: str
    level: Level = Level.PROBLEM

    @property
    def is_warning(self) -> bool:
        """Whether the text can be used nevertheless."""
        return self.level is not Level.PROBLEM

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.text}. {self.remedy}"


class TemplateFault(ValueError):
    """A text that cannot be used at all."""

    def __init__(self, text: str, *, remedy: str, file: str, line: int | None = None) -> None:
        self.problem = Problem(file, line, text, remedy)
        super().__init__(str(self.problem))


class RenderFault(ValueError):
    """A text that cannot be filled in for one message; `tag` is the place in it that asked for too much."""

    def __init__(self, text: str, *, remedy: str, file: str, line: int | None, tag: str) -> None:
        self.problem = Problem(file, line, f"{tag}: {text}" if tag else text, remedy)
        self.tag = tag
        super().__init__(str(self.problem))


class Unprintable(ValueError):
    """A value that has no place in a text as it stands."""

    def __init__(self, text: str, *, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(text)
