"""Writes into a text what all its readers are told alike: it need not be looked up for each of them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

SAME_FOR_MANY = ("shop", "sender", "locale", "purpose")


def written_in(tree: nodes.Template, known: Mapping[str, object]) -> nodes.Template:
    """The text, less than half as long to fill in; the shop's name and address are most of a letter's frame.

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

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        word = self._known.get(node.name)
        return nodes.Const(word, lineno=node.lineno) if isinstance(word, str) else node
