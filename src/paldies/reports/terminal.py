"""Text fit for a terminal of 80 columns, whatever customers and servers have put into it."""

from textwrap import indent, wrap

WIDTH = 80


def wrapped(text: str, *, by: int = 0) -> str:
    """One paragraph, moved in by so many columns."""
    margin = " " * by
    further = margin + "  " if by else margin
    lines = wrap(plain(text), WIDTH, initial_indent=margin, subsequent_indent=further, break_on_hyphens=False)
    return "\n".join(lines)


def quoted(text: str, *, by: int) -> str:
    """Its own lines as they are, behind a bar."""
    return indent(_printable(text).rstrip(), " " * by + "| ", lambda line: True)


def plain(text: str) -> str:
    """On one line, and without what a terminal would obey."""
    return " ".join(_printable(text).split())


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)
