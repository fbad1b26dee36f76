"""A mistake as the page shows it: the file, the line with what stands around it, and the remedy."""

from pathlib import Path
from typing import Any

from paldies.templates.faults import Problem

Mistake = dict[str, Any]

_AROUND = 2  # lines before and after it
_LONGEST = 200  # characters of a line


def mistake(folder: Path, problem: Problem) -> Mistake:
    return {
        "file": problem.file,
        "line": problem.line,
        "what": problem.text,
        "remedy": problem.remedy,
        "excerpt": _excerpt(folder / problem.file, problem.line) if problem.line else [],
    }


def _excerpt(path: Path, line: int) -> list[dict[str, Any]]:
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []
    first = max(1, line - _AROUND)
    return [
        {"number": number, "text": text[:_LONGEST], "is_it": number == line}
        for number, text in enumerate(lines[first - 1 : line + _AROUND], start=first)
    ]
