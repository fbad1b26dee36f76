"""Block tags that stand alone on their lines: what they wrap in the Markdown around them."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from paldies.templates.faults import TemplateFault
from paldies.templates.tags import WORD, Tags, number

_ONLY_TAGS = re.compile(r"[ \t]*(?:xjb\d{4}jx[ \t]*)+")
_ITEM = re.compile(r"\s*(?:[-*+] |\d+[.)] )")
_ROW = re.compile(r"\s*\|")


@dataclass(slots=True)
class Region:
    """A pair of tags with what lies between; `gaps` are the lines of lifted Markdown they stand before."""

    words: list[str]
    gaps: list[int]
    keyword: str


@dataclass(slots=True)
class Lifted:
    """Markdown without its tag lines: they would end a list or a table."""

    lines: list[str] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)

    @property
    def markdown(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Placement:
    """Which words go before and after which Markdown token (by `id`), and which at the very end."""

    before: Mapping[int, Sequence[str]]
    after: Mapping[int, Sequence[str]]
    tail: Sequence[str]


def lift(shielded: str, tags: Tags) -> Lifted:
    """Takes the tag lines out, keeping apart what they kept apart. Raises TemplateFault."""
    lifted = Lifted()
    open_regions: list[Region] = []
    source = shielded.split("\n")
    for index, line in enumerate(source):
        if not _ONLY_TAGS.fullmatch(line):
            lifted.lines.append(line)
            continue
        following = next((later for later in source[index + 1 :] if not _ONLY_TAGS.fullmatch(later)), "")
        if lifted.lines and _must_stay_apart(lifted.lines[-1], following):
            lifted.lines.append("")
        for found in WORD.finditer(line):
            _note(found[0], lifted, open_regions, tags=tags)
    if open_regions:
        raise _halved(tags, open_regions[-1].words[0])
    return lifted


def place(lifted: Lifted, root: SyntaxTreeNode, tags: Tags) -> Placement:
    """Lets each region wrap the whole elements that its lines cover. Raises TemplateFault."""
    before: dict[int, list[str]] = defaultdict(list)
    after: dict[int, list[str]] = defaultdict(list)
    tail: list[str] = []
    for region in lifted.regions:
        if len(region.words) == 1:  # set: in front of whatever comes next
            follower = next((node for node in root.children if _first(node) >= region.gaps[0]), None)
            (before[_opener(follower)] if follower else tail).append(region.words[0])
            continue
        covered = _covered(region, root, lifted.lines, tags=tags)
        before[_opener(covered[0])].append(region.words[0])
        if any(_is_divided(node, region, lifted.lines) for node in covered):
            raise _cut(tags, region.words[1])
        for word, gap in zip(region.words[1:-1], region.gaps[1:-1], strict=True):
            follower = next((node for node in covered if _first(node) >= gap), None)
            (before[_opener(follower)] if follower else after[_closer(covered[-1])]).append(word)
        after[_closer(covered[-1])].append(region.words[-1])
    for words in (*before.values(), *after.values()):
        words.sort(key=number)  # the order of writing is the order of nesting
    return Placement(before, after, tail)


def _must_stay_apart(before: str, after: str) -> bool:
    """Whether a blank line has to stand for the tag line: within a list or a table it would do harm."""
    if not before.strip() or not after.strip():
        return False
    return not any(kind.match(before) and kind.match(after) for kind in (_ITEM, _ROW))


def _note(word: str, lifted: Lifted, open_regions: list[Region], *, tags: Tags) -> None:
    tag, gap = tags[word], len(lifted.lines)
    if tag.opens or tag.keyword == "set":
        region = Region([word], [gap], tag.keyword)
        lifted.regions.append(region)
        if tag.opens:
            open_regions.append(region)
        return
    if not open_regions:
        raise _halved(tags, word)
    region = open_regions.pop() if tag.closes else open_regions[-1]
    region.words.append(word)
    region.gaps.append(gap)


def _covered(
    region: Region, root: SyntaxTreeNode, lines: Sequence[str], *, tags: Tags
) -> list[SyntaxTreeNode]:
    """The neighbours that the region wraps: items or rows in a loop, a whole list in a condition."""
    start, end = region.gaps[0], region.gaps[-1]
    node = root
    while True:
        inside = [child for child in node.children if _first(child) < end and _last(child, lines) > start]
        if not inside:
            raise tags[region.words[0]].fault(
                "there is nothing between it and its end", remedy="Remove both, or write something between."
            )
        sticks_out = any(_first(child) < start or _last(child, lines) > end for child in inside)
        only = inside[0] if len(inside) == 1 else None
        if only and (sticks_out or _is_container(only, region.keyword) or _is_divided(only, region, lines)):
            node = only
            continue
        if sticks_out or any(child.type in ("inline", "thead") for child in inside):
            raise _cut(tags, region.words[0])
        return inside


def _is_container(node: SyntaxTreeNode, keyword: str) -> bool:
    return node.type == "tbody" or (keyword == "for" and node.type in ("bullet_list", "ordered_list"))


def _is_divided(node: SyntaxTreeNode, region: Region, lines: Sequence[str]) -> bool:
    """Whether an else falls inside it."""
    return any(_first(node) < gap < _last(node, lines) for gap in region.gaps[1:-1])


def _first(node: SyntaxTreeNode) -> int:
    return node.map[0] if node.map else -1


def _last(node: SyntaxTreeNode, lines: Sequence[str]) -> int:
    """The line after the node's last one that is not blank."""
    if node.map is None:
        return -1
    first, last = node.map
    while last > first and not lines[last - 1].strip():
        last -= 1
    return last


def _opener(node: SyntaxTreeNode) -> int:
    return id(_tokens(node)[0])


def _closer(node: SyntaxTreeNode) -> int:
    return id(_tokens(node)[1])


def _tokens(node: SyntaxTreeNode) -> tuple[Token | None, Token | None]:
    if node.nester_tokens:
        return node.nester_tokens.opening, node.nester_tokens.closing
    return node.token, node.token


def _halved(tags: Tags, word: str) -> TemplateFault:
    return tags[word].fault(
        "one half of it stands alone on its line, the other within a line",
        remedy="Put both alone on their lines, or both within the same line.",
    )


def _cut(tags: Tags, word: str) -> TemplateFault:
    return tags[word].fault(
        "it cuts a paragraph, a list or a table in two",
        remedy="Let it begin and end around whole paragraphs, list items or table rows.",
    )
