"""Markdown with shielded tags, turned into HTML with the tags in their places."""

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from paldies.templates.regions import Placement, lift, place
from paldies.templates.tags import Tags, as_comments, without_braces


def to_html(shielded: str, tags: Tags) -> str:
    """The HTML of a body; block tags between elements stand in comments. Raises TemplateFault."""
    lifted = lift(shielded, tags)
    tokens = _parser().parse(lifted.markdown)
    placement = place(lifted, SyntaxTreeNode(tokens), tags)
    html: str = _parser().renderer.render(_interspersed(tokens, placement), _parser().options, {})
    return as_comments(without_braces(html))


@cache
def _parser() -> MarkdownIt:
    """CommonMark and tables; a line break stays one, and an indented line is no program code."""
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    return parser.enable(["table", "strikethrough"]).disable(["code", "fence", "html_block", "html_inline"])


def _interspersed(tokens: list[Token], placement: Placement) -> list[Token]:
    result: list[Token] = []
    for token in tokens:
        result += [_verbatim(word) for word in placement.before.get(id(token), ())]
        result.append(token)
        result += [_verbatim(word) for word in placement.after.get(id(token), ())]
    return result + [_verbatim(word) for word in placement.tail]


def _verbatim(word: str) -> Token:
    return Token("html_block", "", 0, content=word)
