"""The rules that a page keeps for dark mode, as far as letters use CSS."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_DARK = re.compile(r"@media[^{]*prefers-color-scheme:\s*dark[^{]*\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"(?P<tag>[a-zA-Z][\w-]*|\*)?(?P<rest>(?:[.#][\w-]+|\[[^\]]*\])*)")
_PART = re.compile(r"\.([\w-]+)|#([\w-]+)|\[([\w-]+)(?:([~|^$*]?=)[\"']?([^\"'\]]*)[\"']?)?\]")


@dataclass(frozen=True, slots=True)
class Element:
    tag: str
    attributes: Mapping[str, str]

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()


@dataclass(frozen=True, slots=True)
class Rule:
    """`selector` is its compounds, the element itself last; a later rule of the same weight wins."""

    selector: tuple[str, ...]
    weight: tuple[int, int, int]
    declarations: Mapping[str, str]

    def fits(self, path: Sequence[Element]) -> bool:
        """Whether it is meant for the last element of a path from the root."""
        *ancestors, own = self.selector
        if not _fits(own, path[-1]):
            return False
        above = iter(reversed(path[:-1]))
        return all(any(_fits(wanted, element) for element in above) for wanted in reversed(ancestors))


def dark_rules(html: str) -> list[Rule]:
    """In the order in which they count, the strongest last; none if the page leaves dark mode to programs."""
    rules = [rule for media in _DARK.finditer(html) for rule in _rules(media[1])]
    return sorted(rules, key=lambda rule: rule.weight)


def declarations(style: str) -> dict[str, str]:
    """Of a style attribute: values by property, without !important."""
    found: dict[str, str] = {}
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        found[name.strip().lower()] = value.replace("!important", "").strip()
    return found


def _rules(media: str) -> Iterator[Rule]:
    for found in _RULE.finditer(media):
        for selector in found[1].split(","):
            compounds = tuple(part for part in selector.split() if part != ">")
            if compounds and all(_SIMPLE.fullmatch(part) for part in compounds):
                yield Rule(compounds, _weight(compounds), declarations(found[2]))


def _weight(compounds: Sequence[str]) -> tuple[int, int, int]:
    """Specificity (Selectors 4, 17)."""
    whole = " ".join(compounds)
    tags = sum(compound[0].isalpha() for compound in compounds)
    return whole.count("#"), whole.count(".") + whole.count("["), tags


def _fits(compound: str, element: Element) -> bool:
    found = _SIMPLE.fullmatch(compound)
    if found is None or (found["tag"] and found["tag"] not in ("*", element.tag)):
        return False
    return all(_part_fits(part, element) for part in _PART.finditer(found["rest"]))


def _part_fits(part: re.Match[str], element: Element) -> bool:
    if part[1]:
        return part[1] in element.classes
    if part[2]:
        return element.attributes.get("id") == part[2]
    value = element.attributes.get(part[3])
    if value is None or not part[4]:
        return value is not None
    wanted = part[5]
    match part[4]:
        case "^=":
            return value.startswith(wanted)
        case "$=":
            return value.endswith(wanted)
        case "*=":
            return wanted in value
        case "~=":
            return wanted in value.split()
    return value == wanted
