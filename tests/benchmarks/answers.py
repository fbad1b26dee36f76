"""What a question has found out, as a page shows it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Found = dict[str, Any]  # what a question has measured: anything that JSON can say


@dataclass(frozen=True, slots=True)
class Target:
    """What was aimed at, and how far we are: `said` is what was measured, as people read it.

    `because`: a sentence on what keeps us from more, shown if it is not reached.
    """

    what: str
    wanted: str
    said: str
    is_reached: bool
    because: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is Markdown, in which `{plot:NAME}` stands for one of the plots (SVG).

    `figures` are for other pages, by name.
    """

    text: str
    plots: Mapping[str, str] = field(default_factory=dict)
    targets: Sequence[Target] = ()
    figures: Mapping[str, str] = field(default_factory=dict)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Numbers to the right."""
    lines = [list(map(str, row)) for row in rows]
    aligned = ["---:" if lines and _is_number(cell) else "---" for cell in lines[0]]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [list(head), aligned, *lines])


def _is_number(cell: str) -> bool:
    return not cell or re.fullmatch(r"–|[\d.,]+ ?(|%|/s|×|ms|µs|MB)", cell) is not None
