"""Mistakes in the tags of a text, told to its writer: what never ends, what nothing began."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from jinja2 import TemplateSyntaxError
from jinja2.environment import Environment

from paldies.templates.faults import TemplateFault
from paldies.templates.manuscript import Passage

_ALLOWED = ("if", "elif", "else", "endif", "for", "endfor", "set")
_GOES_IN = {"elif": ("if",), "else": ("if", "for"), "endif": ("if",), "endfor": ("for",)}
_MEANT = {"elseif": "elif", "elsif": "elif", "end": "endif"}
_CURLY = "“”„‟«»‘’‚‛"
_BRACES = "Look at the braces: {{ … }} stands around a value, {% … %} around a condition."


@dataclass(frozen=True, slots=True)
class _Block:
    """A tag of the form {% … %}, and its line in the passage."""

    text: str
    keyword: str
    line: int


def check_keywords(passage: Passage, environment: Environment) -> None:
    """Raises TemplateFault at a tag that Jinja knows and no text needs."""
    for block in _blocks(passage, environment):
        _check_keyword(passage, block)


def explained(error: TemplateSyntaxError, passage: Passage, environment: Environment) -> TemplateFault:
    """Names the tag that is wrong, where Jinja names the place at which it noticed."""
    try:
        _check_order(passage, environment)
    except TemplateFault as fault:
        return fault
    if "got '='" in str(error.message):
        return passage.fault(
            error.lineno, "one = compares nothing", remedy="Write == between what is compared."
        )
    said = f"what stands in the braces is not understood: {str(error.message).rstrip('.')}"
    return passage.fault(error.lineno, said, remedy=_BRACES)


def _check_order(passage: Passage, environment: Environment) -> None:
    opened: list[_Block] = []
    for block in _blocks(passage, environment, has_mistake=True):
        _check_keyword(passage, block)
        if outer := _GOES_IN.get(block.keyword):
            _check_place(passage, block, outer, opened[-1] if opened else None)
        if block.keyword in ("endif", "endfor"):
            opened.pop()
        elif block.keyword in ("if", "for"):
            opened.append(block)
    if opened:
        endless = opened[-1]
        remedy = f"Write {{% end{endless.keyword} %}} where it should; look at the braces after it."
        raise passage.fault(endless.line, f"{endless.text} never ends", remedy=remedy)


def _check_keyword(passage: Passage, block: _Block) -> None:
    if block.keyword not in _ALLOWED:
        close = (
            [_MEANT[block.keyword]] if block.keyword in _MEANT else get_close_matches(block.keyword, _ALLOWED)
        )
        remedy = f"Did you mean {close[0]!r}?" if close else f"Use {', '.join(_ALLOWED)}."
        raise passage.fault(block.line, f"{block.text}: this cannot be used in a text", remedy=remedy)


def _check_place(passage: Passage, block: _Block, outer: tuple[str, ...], around: _Block | None) -> None:
    if around is None:
        remedy = f"Take it out, or write {{% {outer[0]} … %}} before it; look at the braces."
        raise passage.fault(block.line, f"nothing has begun that {block.text} belongs to", remedy=remedy)
    if around.keyword not in outer:
        begun = f"{around.text} of line {passage.line + around.line - 1}"
        remedy = f"Write {{% end{around.keyword} %}} before it; look at the braces between the two."
        raise passage.fault(block.line, f"{block.text} stands within {begun}", remedy=remedy)


def _blocks(passage: Passage, environment: Environment, *, has_mistake: bool = False) -> Iterator[_Block]:
    """Raises TemplateFault where a tag cannot be read; if there is a mistake, also for what may be one."""
    tag, first, before = "", 0, ""
    try:
        for line, kind, word in environment.lexer.tokeniter(passage.text, None):
            if kind == "data" or kind.startswith(("raw", "comment")):
                continue
            if kind in ("block_begin", "variable_begin"):
                tag, first = "", line
            elif has_mistake and (before + word in ("{{", "{%") or (kind == "whitespace" and "\n\n" in word)):
                break  # it goes on into the next tag or paragraph
            tag, before = tag + word, word
            if kind in ("block_end", "variable_end"):
                if kind == "block_end":
                    yield _Block(" ".join(tag.split()), (tag[2:-2].strip("-+ \n").split() or [""])[0], first)
                first = 0
    except TemplateSyntaxError as error:
        raise _unreadable(error, passage, first) from error
    if first:
        said = f"{tag.splitlines()[0].strip()[:60]} never ends"
        closing = "%}" if tag.startswith("{%") else "}}"
        raise passage.fault(first, said, remedy=f"Write {closing} at its end; look at the braces.")


def _unreadable(error: TemplateSyntaxError, passage: Passage, first: int) -> TemplateFault:
    at = error.lineno
    said = str(error.message).rstrip(".")
    if said.startswith("Missing end of comment"):
        return passage.fault(at, "what begins with {# never ends", remedy="Write #} where it should.")
    if not said.startswith("unexpected char"):
        return passage.fault(at, f"a brace is missing, or one too many: {said}", remedy=_BRACES)
    sign = said.removeprefix("unexpected char ").strip("\"'\\")[:1] or "'"
    if sign in _CURLY:
        return passage.fault(at, f"{sign} is no quotation mark within braces", remedy="Write ' or \".")
    if said.removeprefix("unexpected char ")[1:2] in "'\"\\":
        return passage.fault(
            first, "a quotation mark within braces is never closed", remedy="Write it once more."
        )
    return passage.fault(at, f"{sign} is not understood within braces", remedy=f"Take it out. {_BRACES}")
