"""How well one colour is read upon another, and which rules of a page hold in dark mode."""

import pytest

from paldies.templates.lint import colours
from paldies.templates.lint.dark import Element, dark_rules

PAGE = """<style>
@media (max-width: 480px) { .sheet { color: red !important } }
@media (prefers-color-scheme: dark) {
  .sheet, #top { color: #eee !important; }
  .sheet a[href^="tel:"] { color: #abcdef !important }
  table.sheet > td { color: silver }
}
</style>"""
SHEET = Element("div", {"class": "letter sheet"})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("#fff", (255, 255, 255)),
        ("#A8532F", (168, 83, 47)),
        (" rgb(1, 2, 3) ", (1, 2, 3)),
        ("rgb(1 2 3)", (1, 2, 3)),
        ("Silver", (192, 192, 192)),
        ("LightYellow", (255, 255, 224)),
        ("darkslategray", (47, 79, 79)),
        ("#EEEF", (238, 238, 238)),
        ("#eeeeeeff", (238, 238, 238)),
        ("rgb(90% 50% 0%)", (230, 128, 0)),
        ("rgba(1, 2, 3, 1)", (1, 2, 3)),
        ("rgb(1 2 3 / 100%)", (1, 2, 3)),
        ("hsl(120, 100%, 25%)", (0, 128, 0)),
        ("hsl(0.5turn 100% 50%)", (0, 255, 255)),
        ("hwb(0 50% 0%)", (255, 128, 128)),
        ("hwb(0 80% 80%)", (128, 128, 128)),
        ("rgba(0,0,0,.5)", None),
        ("transparent", None),
        ("rgb(1, 2)", None),
        ("gren", None),
        ("#12345", None),
        ("oklch(90% 0.02 80)", None),
        ("linear-gradient(red, blue)", None),
        ("", None),
    ],
)
def test_colours_are_read_as_css_writes_them(written: str, meant: colours.Colour | None) -> None:
    assert colours.read(written) == meant


@pytest.mark.parametrize(
    ("written", "seen"),
    [("rgba(0,0,0,.5)", (128, 128, 128)), ("#00000000", (255, 255, 255)), ("transparent", (255, 255, 255))],
)
def test_what_is_seen_through_takes_the_colour_that_lies_below(written: str, seen: colours.Colour) -> None:
    assert colours.read(written, colours.WHITE) == seen


@pytest.mark.parametrize(
    ("one", "other", "ratio"),  # as the W3C's own formula gives them
    [("#000", "#fff", 21.0), ("#fff", "#fff", 1.0), ("#777777", "#ffffff", 4.48), ("#767676", "#fff", 4.54)],
)
def test_contrast_is_that_of_wcag_in_either_direction(one: str, other: str, ratio: float) -> None:
    first, second = colours.read(one), colours.read(other)

    assert first and second
    assert colours.contrast(first, second) == pytest.approx(ratio, abs=0.01)
    assert colours.contrast(second, first) == colours.contrast(first, second)


def colour_of(*path: Element) -> str:
    said = ""
    for rule in dark_rules(PAGE):
        if rule.fits(path):
            said = rule.declarations.get("color", said)
    return said


@pytest.mark.parametrize(
    ("path", "colour"),
    [
        ((SHEET,), "#eee"),
        ((Element("p", {"id": "top"}),), "#eee"),
        ((SHEET, Element("p", {}), Element("a", {"href": "tel:1"})), "#abcdef"),
        ((SHEET, Element("a", {"href": "https://a.example"})), ""),
        ((Element("a", {"href": "tel:1"}),), ""),
        ((Element("table", {"class": "sheet"}), Element("td", {})), "silver"),
        ((Element("p", {"class": "sheets"}),), ""),
    ],
)
def test_rules_for_the_dark_fit_whom_they_are_meant_for(path: tuple[Element, ...], colour: str) -> None:
    assert colour_of(*path) == colour


def test_a_page_without_rules_for_the_dark_has_none() -> None:
    assert dark_rules("<style>p { color: red }</style>") == []
