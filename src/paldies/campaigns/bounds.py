"""How much a condition or a text may ask of the machine: rounds of its loops, letters, digits.

Python cannot stop a single operation once it has begun, so each is looked at before; a text that uses none of
what is watched here costs nothing more than before.
"""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from jinja2 import TemplateSyntaxError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

ROUNDS = 10_000  # of all loops of one text together; what an order has is far less
LONGEST = 1_000_000  # letters of a value, and of everything that one text becomes
_DIGITS = 10_000  # binary ones of a whole number
_AT_A_TIME = 64  # parts of a text that are put together before anybody looks how long it has become

# They look into private places, answer differently each time, or take a width from within a text.
_UNFIT = ("attr", "format", "pprint", "random")
_GROWING = ("batch", "center", "indent", "join", "replace", "round", "slice", "truncate", "wordwrap")
_WIDTH = re.compile(r"%[^a-zA-Z%]*(?:\d{4}|\*)")
_LOOP, _JOINT = "rounds of a loop", "length of a joint"  # filters that nobody can write, for the blanks


class OutOfBounds(ValueError):
    """Nobody needs that much: it is a slip, or worse."""

    def __init__(self, text: str, *, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(text)


class _Context(Context):
    """Everything that one text is filled in with."""

    rounds = ROUNDS  # that are left


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """Refuses private names, what changes a value, and what would take for ever or fill the memory."""

    context_class = _Context
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name in _UNFIT:
            del self.filters[name]
        for name in _GROWING:
            self.filters[name] = _growing(self.filters[name])
        self.filters.update({_LOOP: _rounds, _JOINT: _short})
        self.globals = {"range": _range}

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """What `"".join` does, a little at a time: a text of the usual length costs no more."""
        waiting = iter(parts)
        some = list(islice(waiting, _AT_A_TIME))
        if len(some) < _AT_A_TIME:
            return str(_short("".join(some)))
        whole = ""
        while some:
            whole = _short(whole + "".join(some))
            some = list(islice(waiting, _AT_A_TIME))
        return whole

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Underscored as a text may name its own arguments like these."""
        if not args and not kwargs:  # can make little more of anything
            return super().call(__context, __obj)
        if (owner := getattr(__obj, "__self__", None)) is not None:
            _foresee(owner, *args, *kwargs.values())
        return _short(super().call(__context, __obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        match operator:
            case "+":
                _foresee(None, _length(left) + _length(right))
            case "*":
                _foresee(left, right)
                _foresee(right, left)
                _check_digits(_digits(left) + _digits(right))
            case "**":
                _check_digits(max(_digits(left), 1) * abs(right))
            case "%" if isinstance(left, str) and _WIDTH.search(left):
                raise _too_long()
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> Any:
        """A width may come from anywhere there, so that nobody can look at it before."""
        if super().wrap_str_format(value) is not None:
            raise OutOfBounds(
                f"{value.__name__}() cannot be used here", remedy="Write {{ … }} where each value goes."
            )
        return None

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        _Guarding(name, filename).visit(source)
        return super()._generate(source, name, filename, defer_init=defer_init)


class _Guarding(NodeTransformer):
    """Puts a filter around what Jinja hands to nobody: a loop's values, and what `~` joins."""

    def __init__(self, name: str | None, filename: str | None) -> None:
        self._place = (name, filename)

    def visit_For(self, node: nodes.For) -> nodes.For:
        if node.recursive:
            raise TemplateSyntaxError("a loop cannot be recursive here", node.lineno, *self._place)
        self.generic_visit(node)
        node.iter = _filtered(node.iter, _LOOP)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:
        self.generic_visit(node)
        return _filtered(node, _JOINT)


def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


@pass_context
def _rounds(context: Context, values: Any) -> Any:
    """The values of a loop, as long as there are rounds left for them."""
    assert isinstance(context, _Context)  # noqa: S101 - the only kind that the environment makes
    if not hasattr(values, "__len__"):
        values = list(islice(values, context.rounds + 1))
    context.rounds -= len(values)
    if context.rounds < 0:
        raise OutOfBounds(
            f"more than {ROUNDS:,} rounds of its loops", remedy="Let the loop end sooner, or leave it out."
        )
    return values


@pass_context
def _range(context: Context, *bounds: int) -> Any:
    """Counts by itself, beside the loop that it may be for: `range(…)|join` goes round as well."""
    return _rounds(context, range(*bounds))


def _growing(usual: Any) -> Any:
    """A filter that may make more of what it is given."""
    has_company = hasattr(usual, "jinja_pass_arg")  # a context or an environment stands before the value

    def filtered(*args: Any, **kwargs: Any) -> Any:
        _foresee(*(args[1:] if has_company else args), *kwargs.values())
        return _short(usual(*args, **kwargs))

    if has_company:
        filtered.jinja_pass_arg = usual.jinja_pass_arg  # type: ignore[attr-defined]
    return filtered


def _foresee(value: Any, *others: Any) -> None:
    """Looks at an operation before it begins: so many times a value, or so much in place of each letter.

    Raises OutOfBounds.
    """
    length = _length(value) or 1
    for other in others:
        factor = len(other) if isinstance(other, str) else abs(other) if isinstance(other, int) else 1
        if length * factor > LONGEST:
            raise _too_long()


def _short(value: Any) -> Any:
    if _length(value) > LONGEST:
        raise _too_long()
    return value


def _length(value: Any) -> int:
    """0 for what has none."""
    try:
        return len(value)
    except TypeError:
        return 0


def _too_long() -> OutOfBounds:
    return OutOfBounds(
        f"it would become longer than {LONGEST:,} letters", remedy="Use smaller numbers, or shorter words."
    )


def _digits(value: Any) -> int:
    return value.bit_length() if isinstance(value, int) else 0


def _check_digits(count: int) -> None:
    if count > _DIGITS:
        raise OutOfBounds("the number would become too large", remedy="Use smaller numbers.")
