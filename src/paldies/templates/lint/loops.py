"""Loops that may come out empty, or go through something that is no list."""

from collections.abc import Iterator

from jinja2 import nodes

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.written import Written

_LISTS = frozenset({"order.lines", "order.tags"})


def look(written: Written) -> Iterator[Problem]:
    for passage, tree in written.trees():
        yield from _within(written, tree, passage.line, frozenset())


def _within(written: Written, node: nodes.Node, first: int, asked: frozenset[str]) -> Iterator[Problem]:
    """`asked` are the names that a condition around this place has asked for."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.For):
            yield from _loop(written, child, first, asked)
            yield from _within(written, child, first, asked)
        elif isinstance(child, nodes.If):
            yield from _within(written, child, first, asked | set(_paths(child.test)))
        else:
            yield from _within(written, child, first, asked)


def _loop(written: Written, loop: nodes.For, first: int, asked: frozenset[str]) -> Iterator[Problem]:
    place = written.at(first + loop.lineno - 1)
    path = _path(loop.iter)
    if not any(_says_something(part) for part in loop.body):
        yield place.problem(
            "there is nothing between {% for … %} and {% endfor %}", "Write something, or remove both."
        )
    elif isinstance(loop.iter, nodes.List | nodes.Tuple) and not loop.iter.items:
        yield place.problem("this loop goes through an empty list", "Name one, as in order.lines.")
    elif path and path.partition(".")[0] in ("order", "customer", "shop", "sender") and path not in _LISTS:
        yield place.problem(
            f"{path} is no list, so a loop takes it apart or fails",
            "Go through order.lines or order.tags, or print it as {{ … }}.",
        )
    elif path in _LISTS and path not in asked and not loop.else_:
        yield place.problem(
            f"an order may have no {path.partition('.')[2]}, and then nothing stands here",
            f"Put it and its heading between {{% if {path} %}} and {{% endif %}}.",
            Level.WARNING,
        )


def _says_something(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Output):
        return any(not isinstance(part, nodes.TemplateData) or part.data.strip() for part in node.nodes)
    return True


def _paths(node: nodes.Node) -> Iterator[str]:
    for part in (node, *node.find_all(nodes.Getattr)):
        if path := _path(part):
            yield path


def _path(node: nodes.Node) -> str:
    """`order.lines`; empty for anything less plain."""
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    return ""
