"""Words that are hard to read for their colour, by day and in dark mode (WCAG 2.2 AA, 1.4.3)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from paldies.templates.faults import Level, Problem
from paldies.templates.lint import colours
from paldies.templates.lint.colours import Colour
from paldies.templates.lint.dark import Element, Rule, dark_rules, declarations
from paldies.templates.lint.message import Message
from paldies.templates.nesting import VOID

_AA, _AA_LARGE = 4.5, 3.0
_LARGE, _LARGE_BOLD = 24.0, 18.66  # CSS pixels: 18 and 14 points
_PIXELS = re.compile(r"(\d+(?:\.\d+)?)px")
_UNSEEN = frozenset({"head", "style", "script", "title"})
_BOLD = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNKNOWN = "?"  # a picture or a gradient: nobody can say what is behind the words


@dataclass(frozen=True, slots=True)
class _Look:
    """How the words of an element look; colours as they are written, so that they can be found again."""

    colour: str = "black"
    ground: str = "white"
    size: float = 16.0
    is_bold: bool = False
    is_hidden: bool = False


@dataclass(slots=True)
class _Open:
    element: Element
    light: _Look
    dark: _Look


@dataclass(frozen=True, slots=True)
class _Faint:
    words: str
    colour: str
    ground: str
    ratio: float
    is_dark: bool = field(default=False)


def look(message: Message) -> Iterator[Problem]:
    html = message.content.html
    if not html:
        return
    eye = _Eye(dark_rules(html))
    eye.feed(html)
    for colour in eye.strange:
        place = message.written.in_frame(colour) or message.written.body
        yield place.problem(
            f"not every mail program knows the colour {colour}",
            "Write it as #rrggbb, such as #2b2622, and look at it in: paldies templates preview.",
            Level.WARNING,
        )
    for faint in eye.faint:
        place = message.written.in_frame(faint.colour) or message.written.body
        yield place.problem(
            f"{faint.colour} on {faint.ground} is hard to read{' in dark mode' if faint.is_dark else ''}:"
            f" the contrast is {faint.ratio:.1f}, as of {faint.words!r}",
            f"Take a {'lighter' if faint.is_dark else 'darker'} colour: {_AA} is the least (WCAG AA).",
            Level.WARNING,
        )


class _Eye(HTMLParser):
    def __init__(self, rules: Sequence[Rule]) -> None:
        super().__init__()
        self._rules = rules
        self._open: list[_Open] = []
        self._found: dict[tuple[str, str, bool], _Faint] = {}
        self.strange: dict[str, None] = {}  # colours that nobody can read, in their order

    @property
    def faint(self) -> list[_Faint]:
        return list(self._found.values())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        element = Element(tag, {name: value or "" for name, value in attrs})
        path = [*(one.element for one in self._open), element]
        own = _own(element)
        in_the_dark = dict(own)
        for rule in self._rules:
            if rule.fits(path):
                in_the_dark |= rule.declarations
        above = self._open[-1] if self._open else _Open(element, _Look(), _Look())
        self._open.append(
            _Open(element, _looking(element, own, above.light), _looking(element, in_the_dark, above.dark))
        )

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if not words or not self._open:
            return
        self._judge(words, self._open[-1].light, is_dark=False)
        if self._rules:
            self._judge(words, self._open[-1].dark, is_dark=True)

    def _judge(self, words: str, seen: _Look, *, is_dark: bool) -> None:
        ground = colours.read(seen.ground)
        colour = colours.read(seen.colour, ground)
        if seen.is_hidden or ground is None:
            return
        if colour is None:
            self.strange.setdefault(seen.colour)
            return
        is_large = seen.size >= (_LARGE_BOLD if seen.is_bold else _LARGE)
        ratio = colours.contrast(colour, ground)
        if ratio < (_AA_LARGE if is_large else _AA):
            self._found.setdefault(
                (seen.colour, seen.ground, is_dark),
                _Faint(words[:40], seen.colour, seen.ground, ratio, is_dark),
            )


def _own(element: Element) -> dict[str, str]:
    """What the element says of itself: old attributes first, as a style attribute goes before them."""
    said: dict[str, str] = {}
    if ground := element.attributes.get("bgcolor"):
        said["background-color"] = ground
    if element.tag == "font" and (colour := element.attributes.get("color")):
        said["color"] = colour
    return said | declarations(element.attributes.get("style", ""))


def _looking(element: Element, said: dict[str, str], above: _Look) -> _Look:
    ground = said.get("background-color") or said.get("background") or ""
    if "url(" in ground or "gradient" in ground or "url(" in said.get("background-image", ""):
        ground = _UNKNOWN
    elif ground.lower() in ("", "none", "transparent", "inherit") or not _is_plain(ground):
        ground = above.ground if ground.lower() in ("", "none", "transparent", "inherit") else _UNKNOWN
    default = "#0000ee" if element.tag == "a" and "href" in element.attributes else above.colour
    colour = said.get("color") or default
    size = _PIXELS.fullmatch(said.get("font-size", "").strip())
    weight = said.get("font-weight", "bold" if element.tag in _BOLD or above.is_bold else "")
    return _Look(
        colour=above.colour if colour.lower() in ("inherit", "unset", "currentcolor") else colour,
        ground=ground,
        size=float(size[1]) if size else above.size,
        is_bold=weight in ("bold", "bolder", "600", "700", "800", "900"),
        is_hidden=above.is_hidden or element.tag in _UNSEEN or said.get("display") == "none",
    )


def _is_plain(ground: str) -> bool:
    plain: Colour | None = colours.read(ground)
    return plain is not None
