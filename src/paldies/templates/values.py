"""What a text may speak of: the names it can use and what hangs on them."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from difflib import get_close_matches

from jinja2 import nodes

from paldies.campaigns.facts import Case, Customer, Line, Order
from paldies.templates.faults import TemplateFault
from paldies.templates.senders import Sender


@dataclass(frozen=True, slots=True)
class ShopCard:
    """Who writes: the [shop] part of paldies.toml."""

    name: str
    email: str = ""
    phone: str = ""
    address: str = ""
    url: str = ""
    review_url: str = ""  # where anybody may write what they think of the shop


# A name and, for a dataclass, what it is made of; None means a plain word.
NAMES: dict[str, type | None] = {
    "order": Order,
    "customer": Customer,
    "shop": ShopCard,
    "sender": Sender,
    "locale": None,
    "purpose": None,
    "unsubscribe_url": None,
    "feedback_url": None,
    "complaint_url": None,
    "has_keys": None,
    "case": Case,  # only where trigger = "case.opened"
    "subject": None,
    "preheader": None,
}
_BUILT_IN = {"loop", "counter", "range"}


def parts(kind: type) -> list[str]:
    """What hangs on a value of this kind."""
    properties = [name for name, value in vars(kind).items() if isinstance(value, property)]
    return [field.name for field in fields(kind)] + properties


def check_names(tree: nodes.Template, file: str, *, first_line: int) -> None:
    """Raises TemplateFault for a name that no order will ever fill, also where a sample would not look."""
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    for use in _uses(tree, own):
        if use.name not in use.known:
            close = get_close_matches(use.name, use.known, n=1)
            raise TemplateFault(
                f"there is no {use.path}",
                remedy=f"Did you mean {close[0]!r}?" if close else f"Known are: {', '.join(use.known)}.",
                file=file,
                line=use.line + first_line - 1,
            )


@dataclass(frozen=True, slots=True)
class _Use:
    name: str
    path: str
    known: list[str]
    line: int


def _uses(tree: nodes.Template, own: set[str]) -> Iterator[_Use]:
    everything = sorted({*NAMES, *own, *_BUILT_IN})
    loops = _loop_kinds(tree)
    kinds = NAMES | loops
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load":
            yield _Use(name.name, repr(name.name), everything, name.lineno)
    for part in tree.find_all(nodes.Getattr):
        if isinstance(part.node, nodes.Name) and (part.node.name in loops or part.node.name not in own):
            whole = part.node.name
            if kind := kinds.get(whole):
                yield _Use(part.attr, repr(f"{whole}.{part.attr}"), parts(kind), part.lineno)


def _loop_kinds(tree: nodes.Template) -> dict[str, type | None]:
    """What `line` is in `{% for line in order.lines %}`; None where one name stands for different things."""
    kinds: dict[str, type | None] = {}
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.target, nodes.Name):
            goes_through = isinstance(loop.iter, nodes.Getattr) and loop.iter.attr == "lines"
            kind = Line if goes_through else None
            kinds[loop.target.name] = kind if kinds.get(loop.target.name, kind) is kind else None
    for given in tree.find_all(nodes.Assign):
        if isinstance(given.target, nodes.Name):
            kinds[given.target.name] = None
    return kinds
