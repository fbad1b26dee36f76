"""One TOML table read key by key: what is wrong is collected, with its line, and the reading goes on."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from paldies.campaigns.durations import parse_duration
from paldies.campaigns.faults import Problem, suggestion
from paldies.campaigns.toml_lines import TomlLines

_TEXT = 'a text in quotes, such as "…"'
_LIST = 'a list of texts, such as ["…", "…"]'

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


class TomlTable:
    """Its getters return the default (None, empty) for what is absent or wrong, and note what is wrong."""

    def __init__(
        self, values: Mapping[str, Any], *, path: str, file: str, lines: TomlLines, problems: list[Problem]
    ) -> None:
        self._values, self._path = values, path
        self._file, self._lines, self.problems = file, lines, problems

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def refuse_unknown(self, known: Iterable[str]) -> None:
        known = tuple(known)
        for key in self._values:
            if key not in known:
                self.refuse(key, f'unknown key "{key}"; {suggestion(key, known)}')

    def refuse(self, key: str, text: str) -> None:
        path = f"{self._path}.{key}".strip(".")
        self.problems.append(Problem(self._file, self._lines.line(path), text))

    def text(self, key: str) -> str:
        text: str = self._get(key, str, "", _TEXT)
        return text

    def flag(self, key: str, *, default: bool) -> bool:
        flag: bool = self._get(key, bool, default, "true or false, without quotes")
        return flag

    def texts(self, key: str) -> tuple[str, ...] | None:
        """None if absent."""
        values: list[Any] | None = self._get(key, list, None, _LIST)
        if values is None:
            return None
        if not all(isinstance(value, str) for value in values):
            self.refuse(key, f"{key} has to be {_LIST}")
            return None
        return tuple(values)

    def share(self, key: str) -> float:
        """A number between 0 and 1."""
        value: float = self._get(key, (int, float), 0.0, "a number between 0 and 1, such as 0.1")
        if not 0 <= value <= 1:
            self.refuse(
                key, f"{key} = {value} is not a share; write a number between 0 and 1, such as 0.1 for 10 %"
            )
            return 0.0
        return float(value)

    def duration(self, key: str) -> timedelta | None:
        return self.parsed(key, parse_duration, form='a duration in quotes, such as "20m"')

    def durations(self, key: str) -> tuple[timedelta, ...]:
        parsed = (self._parse(key, parse_duration, text) for text in self.texts(key) or ())
        return tuple(duration for duration in parsed if duration is not None)

    def word(self, key: str, words: type[Word], default: Word) -> Word:
        return self.known_word(key, self.text(key), words) or default

    def known_word(self, key: str, text: str, words: type[Word]) -> Word | None:
        """One of a closed list; None if it is empty or not among them."""
        known = {word.value: word for word in words}
        if text and text not in known:
            self.refuse(key, f'{key} does not know "{text}"; {suggestion(text, known)}')
        return known.get(text)

    def parsed(self, key: str, parse: Callable[[str], T], *, form: str = _TEXT) -> T | None:
        """What `parse` makes of a text; its ValueError becomes the problem."""
        text: str | None = self._get(key, str, None, form)
        return None if text is None else self._parse(key, parse, text)

    def table(self, key: str) -> "TomlTable | None":
        values = self._get(key, dict, None, "a table, such as { … }")
        return None if values is None else self._inner(values, key)

    def tables(self, key: str) -> list["TomlTable"]:
        values: list[Any] = self._get(key, list, [], f"written as [[{key}]]")
        if not all(isinstance(value, dict) for value in values):
            self.refuse(key, f"{key} has to be written as [[{key}]]")
            return []
        return [self._inner(value, f"{key}.{place}") for place, value in enumerate(values)]

    def _parse(self, key: str, parse: Callable[[str], T], text: str) -> T | None:
        try:
            return parse(text)
        except ValueError as error:
            self.refuse(key, f"{key}: {error}")
            return None

    def _inner(self, values: Mapping[str, Any], key: str) -> "TomlTable":
        path = f"{self._path}.{key}".strip(".")
        return TomlTable(values, path=path, file=self._file, lines=self._lines, problems=self.problems)

    def _get(self, key: str, kind: Any, default: Any, form: str) -> Any:
        """A bool is no number here, though Python takes it for one."""
        value = self._values.get(key)
        if value is None:
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.refuse(key, f"{key} has to be {form}")
            return default
        return value
