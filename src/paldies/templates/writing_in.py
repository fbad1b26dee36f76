"""Writes into a text what all its readers are told alike: it need not be looked up for each of them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from paldies.templates.filters import FILTERS, in_locale

_Node = TypeVar("_Node", bound=nodes.Node)
SAME_FOR_MANY = ("shop", "sender", "locale", "purpose")


def written_in(tree: nodes.Template, known: Mapping[str, object]) -> nodes.Template:
    """The text, a third less to fill in: the shop's name and address are most of a letter's frame.

    A name that the text itself gives a value stays what it is.
    """
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    changed: nodes.Template = _WritingIn(
        {name: value for name, value in known.items() if value is not None and name not in own}
    ).visit(tree)
    return changed


class _WritingIn(NodeTransformer):
    def __init__(self, known: Mapping[str, object]) -> None:
        self._known = known

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        thing = self._known.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        if is_dataclass(thing) and node.attr in {field.name for field in fields(thing)}:
            return nodes.Const(getattr(thing, node.attr), lineno=node.lineno)
        self.generic_visit(node)
        return node

    def visit_If(self, node: nodes.If) -> nodes.Node | list[nodes.Node]:
        """Only what it comes to, where that is the same for all."""
        others, node.elif_ = node.elif_, []
        self.generic_visit(node)
        if others:  # each has to stay what it is
            node.elif_ = [self.generic_visit(other) for other in others]
            return node
        try:
            return node.body if cast(nodes.Expr, node.test).as_const() else node.else_
        except nodes.Impossible:
            return node

    def generic_visit(self, node: _Node, *args: Any, **kwargs: Any) -> _Node:
        super().generic_visit(node, *args, **kwargs)
        for _, value in node.iter_fields():
            if isinstance(value, list):
                value[:] = _put_together(value)
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Filter:
        """Tells it the locale, which it would look up for each value."""
        self.generic_visit(node)
        if node.name in FILTERS and "locale" in self._known and not (node.args or node.kwargs):
            node.name, node.args = in_locale(node.name), [nodes.Const(self._known["locale"])]
        return node

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        word = self._known.get(node.name)
        return nodes.Const(word, lineno=node.lineno) if isinstance(word, str) else node


def _put_together(parts: list[nodes.Node]) -> list[nodes.Node]:
    """Jinja makes one word of the constants that one node puts out side by side."""
    together: list[nodes.Node] = []
    for part in parts:
        if together and isinstance(part, nodes.Output) and isinstance(together[-1], nodes.Output):
            together[-1].nodes += part.nodes
        else:
            together.append(part)
    return together
