"""What a text may speak of: the names it can use and what hangs on them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import get_args, get_origin, get_type_hints

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
    if not is_dataclass(kind):
        return [name for name in dir(kind) if not name.startswith("_")]
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
    asking: list[nodes.Getattr | nodes.Getitem] = [
        *tree.find_all(nodes.Getattr),
        *tree.find_all(nodes.Getitem),
    ]
    for part in asking:
        asked = _asked(part)
        kind = _kind(part.node, kinds, hidden=own - loops.keys()) if asked else None
        if kind:
            yield _Use(asked, repr(f"{_written(part.node)}.{asked}"), parts(kind), part.lineno)


def _asked(part: nodes.Expr) -> str:
    """`number` of `order.number` and of `order["number"]`; empty for anything else."""
    if isinstance(part, nodes.Getattr):
        return part.attr
    if (
        isinstance(part, nodes.Getitem)
        and isinstance(part.arg, nodes.Const)
        and isinstance(part.arg.value, str)
    ):
        return part.arg.value
    return ""


def _kind(whole: nodes.Expr, kinds: Mapping[str, type | None], *, hidden: Collection[str]) -> type | None:
    """What a name stands for, and what hangs on it; None where nobody can tell before it is filled in."""
    if isinstance(whole, nodes.Name):
        return None if whole.name in hidden else kinds.get(whole.name)
    if not isinstance(whole, nodes.Getattr | nodes.Getitem):
        return None
    if asked := _asked(whole):
        around = _kind(whole.node, kinds, hidden=hidden)
        return _plain(get_type_hints(around).get(asked)) if is_dataclass(around) else None
    is_line = isinstance(whole.node, nodes.Getattr) and whole.node.attr == "lines"
    return Line if is_line else None


def _plain(hint: object) -> type | None:
    """A moment that may be missing is a moment; of a list hangs nothing that a text could name."""
    named = [one for one in (get_args(hint) or (hint,)) if one is not type(None)]
    return (
        named[0] if get_origin(hint) is not tuple and len(named) == 1 and isinstance(named[0], type) else None
    )


def _written(whole: nodes.Expr) -> str:
    if isinstance(whole, nodes.Name):
        return whole.name
    inner = _written(whole.node) if isinstance(whole, nodes.Getattr | nodes.Getitem) else ""
    return f"{inner}.{asked}" if (asked := _asked(whole)) else f"{inner}[…]"


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
