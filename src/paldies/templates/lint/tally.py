"""The same problem for many orders, told once, with how many and such as which."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from paldies.templates.faults import Problem
from paldies.templates.lint.message import Reading
from paldies.templates.names import TextName
from paldies.templates.samples import Sample

_Key = tuple[TextName | None, str, int | None, str, str]
_QUOTED = re.compile(r"'[^']*'")  # as of which words: those of a text, where the frame is what is wrong
_NUMBERS = re.compile(r"[\d.,]+")  # a length, a price: they differ, the problem does not


@dataclass(slots=True)
class _Group:
    first: Problem
    samples: list[str] = field(default_factory=list)
    real: list[str] = field(default_factory=list)


class Tally:
    def __init__(self) -> None:
        self._groups: dict[_Key, _Group] = {}
        self._tried: dict[TextName, list[int]] = defaultdict(lambda: [0, 0])  # samples, real orders

    def add(
        self, reading: Reading, sample: Sample, problems: Iterable[Problem], *, is_real: bool = False
    ) -> None:
        name = reading.text.name
        self._tried[name][is_real] += 1
        for problem in problems:
            alike = _NUMBERS.sub("#", problem.text)
            is_own = problem.file == reading.written.file.label
            if not is_own:
                alike = _QUOTED.sub("", alike)
            key = (name if is_own else None, problem.file, problem.line, alike, problem.level)
            group = self._groups.setdefault(key, _Group(problem))
            concerned = group.real if is_real else group.samples
            if sample.name not in concerned:
                concerned.append(sample.name)

    def problems(self) -> list[Problem]:
        """A problem that every order has is told without any, as is one of a frame that many texts share."""
        return [
            replace(group.first, text=f"{self._whose(name, group)}{group.first.text}")
            for (name, *_), group in self._groups.items()
        ]

    def _whose(self, name: TextName | None, group: _Group) -> str:
        if name is None:
            return ""
        samples, real = self._tried[name]
        if len(group.samples) == samples and len(group.real) == real:
            return ""
        whose = list(group.samples)
        if group.real:
            many = f"{len(group.real)} of your last {real} orders, such as {group.real[0]}"
            whose.append(many if real > 1 else f"your last {group.real[0]}")
        return f"for {' and '.join(whose)}: "
