"""How every command speaks: tables for people, JSON for scripts, questions before anything large."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

AsJson = Annotated[bool, typer.Option("--json", help="For scripts: everything as JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; for scripts.")]

_WIDE = 200  # where nobody looks, lines need not be broken
_COLOURS = {
    "ok": "green", "sent": "green", "published": "green", "open": "green",
    "problem": "red", "failed": "red", "broken": "red",
    "held": "yellow", "unconfirmed": "yellow", "warning": "yellow", "paused": "yellow", "edited": "yellow",
    "skipped": "dim", "cancelled": "dim", "finished": "dim", "history": "dim",
}  # fmt: skip


class Refused(Exception):
    """A command that does not do what was asked; the text says why, and what to do instead."""


def say(*sentences: str | Text) -> None:
    """Tells what was done or found."""
    for sentence in sentences:
        _console().print(
            sentence if isinstance(sentence, Text) else plain(sentence), soft_wrap=not _is_seen()
        )


def complain(sentence: str) -> None:
    """Tells what went wrong, on stderr."""
    Console(stderr=True, highlight=False, markup=False).print(plain(sentence), style="red", soft_wrap=True)


def as_json(value: Any) -> None:
    """Instants in UTC, amounts as text."""
    print(json.dumps(value, default=_jsonable, ensure_ascii=False, indent=2))


def table(
    headings: Sequence[str], rows: Iterable[Sequence[str | Text | None]], *, title: str = "", foot: str = ""
) -> None:
    """One line of headings; a cell may have several lines, and none is ever cut off."""
    grid = Table(
        box=box.SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold", pad_edge=False
    )
    for heading in headings:
        grid.add_column(heading, overflow="fold")
    for row in rows:
        grid.add_row(*(cell if isinstance(cell, Text) else Text(plain(cell or "")) for cell in row))
    console = _console()
    console.print(grid)
    if foot:
        console.print(Text(plain(foot), style="dim"))


def pairs(rows: Iterable[tuple[str, str | Text | None]]) -> None:
    """Names and what they stand for; those without are left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        if value:
            grid.add_row(name, value if isinstance(value, Text) else Text(plain(value)))
    _console().print(grid)


def heading(text: str) -> None:
    _console().print(Text(plain(f"\n{text}"), style="bold"))


def coloured(word: str, rest: str = "") -> Text:
    """A state in its colour, and what follows it."""
    return Text(plain(word), style=_COLOURS.get(word, "")).append(plain(rest), style="not bold")


def counted(count: int, one: str, many: str = "") -> str:
    """`1 message`, `12,000 messages`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def local(at: datetime | None, zone: ZoneInfo) -> str:
    """An instant on the shop's wall clock."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""


def confirm(question: str, *, yes: bool) -> None:
    """Raises Refused unless a person, or --yes, agrees."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused(f"{question} Nobody is here to answer: add --yes if that is meant.")
    if not typer.confirm(question):
        raise Refused("Nothing was changed.")


def plain(text: str) -> str:
    """Without what could move the cursor or turn the writing round: names come from outside."""
    return "".join(
        char if char.isprintable() or char == "\n" else " " if char.isspace() else "�" for char in text
    )


def _console() -> Console:
    """Made anew, as tests and pipes change where it goes."""
    width = None if _is_seen() or "COLUMNS" in os.environ else _WIDE
    return Console(width=width, highlight=False, markup=False, emoji=False)


def _is_seen() -> bool:
    return sys.stdout.isatty()


def _jsonable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)
