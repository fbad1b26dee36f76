"""The people who sign, as senders.toml names them."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from paldies.campaigns.toml_lines import TomlLines
from paldies.templates.faults import TemplateFault
from paldies.templates.locales import UNMARKED, fallbacks

FILE = "senders.toml"
_FIELDS = ("name", "role", "email", "phone", "signature")
_TOML_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Sender:
    """A person, in one language."""

    key: str
    name: str
    role: str = ""
    email: str = ""
    phone: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Senders:
    """All of them; a field is a text, or a text for each language."""

    people: Mapping[str, Mapping[str, str | Mapping[str, str]]]

    def __contains__(self, key: object) -> bool:
        return key in self.people

    def keys(self) -> list[str]:
        return sorted(self.people)

    def only(self, key: str) -> "Senders":
        """The one that a text names."""
        return Senders({key: self.people[key]})

    def get(self, key: str, locale: str) -> Sender | None:
        if key not in self.people:
            return None
        person = self.people[key]
        return Sender(key, **{field: _said(person.get(field, ""), locale) for field in _FIELDS})

    def to_json(self) -> str:
        return json.dumps(self.people, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Senders":
        return cls(json.loads(text))


def read(text: str) -> Senders:
    """Reads senders.toml. Raises TemplateFault."""
    try:
        people = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        raise TemplateFault(
            f"this is not TOML: {error}",
            remedy='Write each person as [anna] and, below it, lines like name = "Anna".',
            file=FILE,
            line=int(found[1]) if found else None,
        ) from error
    lines = TomlLines(text)
    for key, person in people.items():
        _check(key, person, lines)
    return Senders(people)


def _check(key: str, person: object, lines: TomlLines) -> None:
    if not isinstance(person, dict):
        raise TemplateFault(
            f"{key} stands outside of any person",
            remedy=f"Write a line like [anna] above it, or [{key}] if {key} is a person.",
            file=FILE,
            line=lines.line(key),
        )
    for field, value in person.items():
        said = value.values() if isinstance(value, dict) else [value]
        if field not in _FIELDS or not said or not all(isinstance(text, str) for text in said):
            raise TemplateFault(
                f"{key}.{field} is not understood",
                remedy=f'Use {", ".join(_FIELDS)}, each as "…" or, by language, as name.lv = "…".',
                file=FILE,
                line=lines.line(
                    f"{key}.{field}.{next(iter(value), '')}" if isinstance(value, dict) else f"{key}.{field}"
                ),
            )
    if "name" not in person:
        raise TemplateFault(
            f"{key} has no name",
            remedy=f'Write name = "…" below the line [{key}].',
            file=FILE,
            line=lines.line(key),
        )


def _said(value: str | Mapping[str, str], locale: str) -> str:
    if isinstance(value, str):
        return value
    for tag in fallbacks([locale], UNMARKED):
        if tag in value:
            return value[tag]
    return next(iter(value.values()))
