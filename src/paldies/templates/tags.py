"""The Jinja tags of a text, exchanged for plain words while Markdown and CSS are at work on it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import TemplateSyntaxError

from paldies.templates.faults import TemplateFault
from paldies.templates.filter_names import check_filters
from paldies.templates.grammar import check_keywords, explained
from paldies.templates.manuscript import Passage
from paldies.templates.sandbox import html_environment
from paldies.templates.values import check_names

# Letters and digits only: they mean nothing to Markdown, HTML, CSS and addresses. `v`: value, `b`: block.
WORD = re.compile(r"xj[vb](\d{4})jx")
_BLOCK_COMMENT = re.compile(r"<!--(xjb\d{4}jx)-->")
_LINK_START = re.compile(r'(href=")(xjv\d{4}jx)')
_MARKUP = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
_TAG_LINE = re.compile(r"^[ \t]*(?:xjb\d{4}jx[ \t]*)+\n", re.MULTILINE)
_BRACE = "xjv9999jx"
_MOST = 9999


@dataclass(frozen=True, slots=True)
class Tag:
    """One {{ value }} or {% block %} tag, where staff wrote it."""

    text: str
    file: str
    line: int

    @property
    def inside(self) -> str:
        return self.text[2:-2].strip()

    @property
    def keyword(self) -> str:
        return self.inside.split(maxsplit=1)[0]

    @property
    def subject(self) -> str:
        """What is printed, before any filter."""
        return self.inside.partition("|")[0].strip()

    @property
    def opens(self) -> bool:
        return self.keyword in ("if", "for")

    @property
    def closes(self) -> bool:
        return self.keyword in ("endif", "endfor")

    def fault(self, text: str, *, remedy: str) -> TemplateFault:
        return TemplateFault(f"{self.text}: {text}", remedy=remedy, file=self.file, line=self.line)


@dataclass(frozen=True, slots=True)
class Script:
    """Finished Jinja source; `origins` tell from which of its lines on which tag is met."""

    source: str
    origins: tuple[tuple[int, Tag], ...]


class Tags:
    """Every tag of one text and its frame, in the order of writing."""

    def __init__(self) -> None:
        self._tags: list[Tag] = []

    def __getitem__(self, word: str) -> Tag:
        return self._tags[number(word)]

    def shield(self, passage: Passage) -> str:
        """Exchanges tags for words and drops Jinja comments. Raises TemplateFault."""
        check_tags(passage)
        shielded: list[str] = []
        parts: list[str] = []
        start = 0
        # Jinja's own lexer finds where a tag ends: quotes, |, < and %} within strings are then right.
        for line, kind, value in html_environment().lexer.tokeniter(passage.text, None):
            if kind == "data":
                shielded.append(value)
                continue
            if kind.endswith("_begin"):
                parts, start = [], line
                if kind.startswith("raw"):
                    raise Tag(value, passage.file, passage.line + line - 1).fault(
                        "this cannot be used in a text", remedy="Write \\{ for a brace."
                    )
            parts.append(value)
            if kind.endswith("_end"):
                tag = Tag("".join(parts), passage.file, passage.line + start - 1)
                shielded.append(self._word(tag, kind))
        return "".join(shielded)

    def restore(self, page: str) -> Script:
        """The Jinja source of a page; each tag gets a line of its own, so that a fault finds its way home."""
        page = _BLOCK_COMMENT.sub(r"\1", page)
        page = _LINK_START.sub(lambda found: found[1] + self._link(found[2]), page)
        source: list[str] = []
        origins: list[tuple[int, Tag]] = []
        line, end = 1, 0
        for found in WORD.finditer(page):
            before = page[end : found.start()]
            source.append(before)
            end = found.end()
            line += before.count("\n")
            if found[0] == _BRACE:
                source.append("{{ '{' }}")
                continue
            tag = self[found[0]]
            line += 1
            origins.append((line, tag))
            source.append(f"{tag.text[:2]}\n{tag.text[2:]}")
            line += tag.text.count("\n")
        source.append(page[end:])
        return Script("".join(source), tuple(origins))

    def _word(self, tag: Tag, kind: str) -> str:
        if "-" in (tag.text[2], tag.text[-3]) or "+" in (tag.text[2], tag.text[-3]):
            raise tag.fault("the sign next to the % or the braces is not needed", remedy="Leave it out.")
        if kind.startswith("comment"):
            return ""
        is_block = kind.startswith("block")
        if len(self._tags) == _MOST:
            raise tag.fault(f"more than {_MOST} tags", remedy="Shorten the text.")
        self._tags.append(tag)
        return _spelled("b" if is_block else "v", len(self._tags) - 1)

    def _link(self, word: str) -> str:
        tag = self[word]
        self._tags.append(Tag(f"{{{{ ({tag.inside})|link }}}}", tag.file, tag.line))
        return _spelled("v", len(self._tags) - 1)


def number(word: str) -> int:
    """A word's place in the order of writing."""
    return int(word[3:7])


def without_braces(html: str) -> str:
    """Keeps literal braces from becoming Jinja; css-inline would turn an entity back into a brace."""
    return html.replace("{", _BRACE).replace("&#123;", _BRACE)


def as_comments(html: str) -> str:
    """Hides block words in comments: an HTML parser moves text out of a table, but not comments."""
    return "".join(
        part if part.startswith("<") else re.sub(r"xjb\d{4}jx", r"<!--\g<0>-->", part)
        for part in _MARKUP.split(html)
    )


def without_tag_lines(text: str) -> str:
    """Joins lines made of block tags alone to the next one, so that they leave no blank line behind."""
    return _TAG_LINE.sub(lambda found: found[0].strip(), text)


@lru_cache(maxsize=64)  # 12 ms for a frame, which every text shares
def check_tags(passage: Passage) -> None:
    """Has Jinja read it as staff wrote it, so that a fault names their own line. Raises TemplateFault."""
    if found := WORD.search(passage.text):
        line = passage.line + passage.text.count("\n", 0, found.start())
        raise TemplateFault(
            f"{found[0]!r} is a reserved word", remedy="Leave it out.", file=passage.file, line=line
        )
    environment = html_environment()
    try:
        tree = environment.parse(passage.text)
        check_filters(tree, passage, environment)
        environment.compile(passage.text, raw=True)  # refuses more than the parser; a tree would be changed
    except TemplateSyntaxError as error:
        raise explained(error, passage, environment) from error
    check_keywords(passage, environment)
    check_names(tree, passage.file, first_line=passage.line)


def _spelled(kind: str, place: int) -> str:
    return f"xj{kind}{place:04d}jx"
