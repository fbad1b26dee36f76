"""The plain-text part, read off the HTML page so that both say the same."""

import re
from html.parser import HTMLParser

from paldies.templates.nesting import VOID
from paldies.templates.tags import WORD, Tags

_SKIPPED = frozenset({"head", "style", "script", "title"})
_LISTS = frozenset({"ul", "ol"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {"p", "div", "table", "tr", "blockquote", "header", "footer", "main"}
_LINES = _HEADINGS | {"p", "li", "td", "th", "a", "strong", "em", "span", "s"}
_BETWEEN_CELLS = frozenset({"table", "thead", "tbody", "tr"})
_SPACES = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"\n{3,}")


def to_text(html: str, tags: Tags) -> str:
    """A plain-text template with the same words in place. Elements marked `data-only="html"` are left out.

    Links read `label <address>` (RFC 3986, appendix C).
    """
    reader = _Reader(tags)
    reader.feed(html)
    return reader.text


class _Reader(HTMLParser):
    def __init__(self, tags: Tags) -> None:
        super().__init__()
        self._tags = tags
        self._parts: list[str] = []
        self._open: list[str] = []
        self._hidden_at: int | None = None  # how deep the element lies that is left out
        self._indents: list[str] = []
        self._bullet = ""
        self._at_line_start = True
        self._cell_begins = False
        self._lists: list[str] = []  # the counter's name for a numbered list, nothing for a bulleted one
        self._counters = 0
        self._tables: list[bool] = []  # whether it holds data, not layout
        self._links: list[tuple[str, int]] = []  # address, and where its label begins

    @property
    def text(self) -> str:
        return _BLANK_LINES.sub("\n\n", "".join(self._parts).strip()) + "\n"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
            if self._hidden_at is None and (tag in _SKIPPED or given.get("data-only") == "html"):
                self._hidden_at = len(self._open)
        if self._hidden_at is not None:
            return
        if tag == "br":
            self._end_line("\n")
        elif tag == "hr":
            self._end_block()
            self._write("----")
            self._end_block()
        elif tag == "img":
            self._write(given.get("alt", ""))
        elif tag in _LISTS:
            self._begin_list(numbered=tag == "ol")
        elif tag == "li":
            self._bullet = f"{{{{ {self._lists[-1]}() }}}}. " if self._lists[-1] else "- "
            self._indents.append(" " * (3 if self._lists[-1] else 2))
        elif tag == "a":
            self._begin_line()
            self._links.append((given.get("href", ""), len(self._parts)))
        else:
            self._begin_element(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        depth = len(self._open)
        self._open.pop()
        if self._hidden_at is not None:
            if depth == self._hidden_at:
                self._hidden_at = None
            return
        if tag == "a":
            self._end_link()
        elif tag == "li":
            self._end_line("\n" if not self._at_line_start else "")
            self._indents.pop()
        elif tag in _LISTS:
            self._lists.pop()
            self._end_line("" if self._lists else "\n")
        elif tag == "table":
            if self._tables.pop():
                self._end_line("\n")
        elif tag == "blockquote":
            self._end_block()
            self._indents.pop()
        elif tag == "tr" and self._tables[-1]:
            self._end_line("\n")
        elif tag in _BLOCKS or (tag in ("td", "th") and not self._tables[-1]):
            self._end_block()

    def handle_comment(self, data: str) -> None:
        if self._hidden_at is None and WORD.fullmatch(data):
            if self._open and self._open[-1] in _LINES and not self._wraps_blocks():
                self._begin_line()
            self._parts.append(data)

    def handle_data(self, data: str) -> None:
        if self._hidden_at is None and not (data.isspace() and self._is_between_cells()):
            text = _SPACES.sub(" ", data)
            self._write(text.lstrip() if self._at_line_start or self._cell_begins else text)

    def _begin_element(self, tag: str, given: dict[str, str]) -> None:
        if tag == "table":
            self._end_block()
            self._tables.append(given.get("role") != "presentation")
        elif tag in ("td", "th") and self._tables[-1]:
            self._cell_begins = not self._at_line_start
        elif tag == "blockquote":
            self._end_block()
            self._indents.append("> ")
        elif tag in _BLOCKS and not (tag == "tr" and self._tables[-1]):
            self._end_block()

    def _begin_list(self, *, numbered: bool) -> None:
        if self._lists:
            self._end_line("\n" if not self._at_line_start else "")
        else:
            self._end_block()
        name = ""
        if numbered:
            self._counters += 1
            name = f"item_{self._counters}"
            self._parts.append(f"{{% set {name} = counter() %}}")
        self._lists.append(name)

    def _end_link(self) -> None:
        address, start = self._links.pop()
        label = "".join(self._parts[start:])
        if not self._is_said_by(label, address):
            self._write(f" <{address}>")

    def _is_said_by(self, label: str, address: str) -> bool:
        """Whether the label is the address already, as in a telephone number that can be tapped."""
        return self._spoken(label) == self._spoken(re.sub("^(mailto|tel):", "", address))

    def _spoken(self, text: str) -> str:
        return WORD.sub(lambda found: self._tags[found[0]].subject, text)

    def _is_between_cells(self) -> bool:
        return bool(self._open) and self._open[-1] in _BETWEEN_CELLS

    def _wraps_blocks(self) -> bool:
        return self._open[-1] in ("td", "th") and not self._tables[-1]

    def _write(self, text: str) -> None:
        if text:
            self._begin_line()
            self._parts.append(text)

    def _begin_line(self) -> None:
        if self._at_line_start:
            own = len(self._indents) - 1 if self._bullet else len(self._indents)
            self._parts.append("".join(self._indents[:own]) + self._bullet)
            self._bullet = ""
            self._at_line_start = False
        elif self._cell_begins:  # not earlier: an empty cell needs no bar
            self._parts.append(" | ")
        self._cell_begins = False

    def _end_line(self, breaks: str) -> None:
        self._parts.append(breaks)
        self._at_line_start = True

    def _end_block(self) -> None:
        """Blank lines beyond one are taken out later, of each message those that have a tag between them."""
        if self._bullet:
            return
        if self._lists:
            self._end_line("" if self._at_line_start else "\n")
        else:
            self._end_line("\n" if self._at_line_start else "\n\n")
