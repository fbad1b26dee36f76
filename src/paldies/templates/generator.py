"""The Python that a text becomes: what we know of its values, it does not ask for again with each message."""

from collections import defaultdict

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

from paldies.campaigns.facts import Line
from paldies.templates.values import NAMES, parts


def _owners() -> dict[str, frozenset[type]]:
    """Whose it is, by the name of a field or a property."""
    found: dict[str, set[type]] = defaultdict(set)
    for kind in filter(None, [*NAMES.values(), Line]):
        for name in parts(kind):
            found[name].add(kind)
    return {name: frozenset(kinds) for name, kinds in found.items() if not name.startswith("_")}


OWNERS = _owners()


class Generator(CodeGenerator):
    """Reads a field of a value of our own at once, and prints with one call: 0.1 µs each instead of 0.6.

    Everything else takes the sandbox's way: other values, other names, what is missing.
    """

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        self.writeline("shown = environment.finalize")
        for name in sorted({part.attr for part in node.find_all(nodes.Getattr)} & OWNERS.keys()):
            self.writeline(f"owners_of_{name} = environment.owners[{name!r}]")
        super().visit_Template(node, frame)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        if not isinstance(node.node, nodes.Name) or node.attr not in OWNERS:
            super().visit_Getattr(node, frame)
            return
        thing = frame.symbols.ref(node.node.name)
        self.write(f"({thing}.{node.attr} if type({thing}) in owners_of_{node.attr} else ")
        super().visit_Getattr(node, frame)
        self.write(")")

    def _output_child_to_const(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> str:
        const = node.as_const(frame.eval_ctx)
        return str(const) if isinstance(node, nodes.TemplateData) else (finalize.const or str)(const)

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        self.write("shown(")

    def _output_child_post(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        self.write(")")
