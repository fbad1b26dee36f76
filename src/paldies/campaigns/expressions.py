"""Conditions (`who`, `when`, `ignore`, segments): one language everywhere, Jinja2 expressions."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import ChainableUndefined, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.environment import TemplateExpression

from paldies.campaigns.bounds import BoundedEnvironment, OutOfBounds
from paldies.campaigns.faults import suggestion
from paldies.campaigns.plain_words import in_plain_words


class ExpressionError(ValueError):
    """A condition that cannot be read, or cannot be answered for what it was asked about.

    `said` and `remedy`: of one that cannot be answered.
    """

    said = remedy = ""

    @classmethod
    def unanswered(cls, expression: str, error: Exception) -> "ExpressionError":
        """Whatever a condition does with a value is the condition's fault."""
        said, remedy = in_plain_words(error)
        fault = cls(f"{expression!r}: {said}. {remedy}")
        fault.said, fault.remedy = said, remedy
        return fault


_ENVIRONMENT = BoundedEnvironment(undefined=StrictUndefined)


def is_true(expression: str, values: Mapping[str, Any]) -> bool:
    """The answer to a condition; an empty one is true.

    Raises ExpressionError, in words for the person who wrote it.
    """
    if not expression.strip():
        return True
    try:
        return bool(_compiled(expression)(**values))
    except ExpressionError:
        raise
    except Exception as error:
        raise ExpressionError.unanswered(expression, error) from error


def check(expression: str, names: Mapping[str, Collection[str]] | None = None) -> None:
    """Raises ExpressionError if the condition cannot be read, or speaks of what is not in `names`.

    `names` gives every name that may be used, and what it is known to have.
    """
    if expression.strip():
        _compiled(expression)
        if names is not None:
            _check_names(expression, names)
            _check_bounds(expression, names)


def _check_names(expression: str, names: Mapping[str, Collection[str]]) -> None:
    tree = _ENVIRONMENT.parse("{{" + expression + "}}")
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in names and name.name not in _ENVIRONMENT.globals:
            raise ExpressionError(f'"{name.name}" is not known here; {suggestion(name.name, names)}')
    for part in tree.find_all(nodes.Getattr):
        if isinstance(part.node, nodes.Name) and part.attr not in names.get(part.node.name, (part.attr,)):
            hint = suggestion(part.attr, names[part.node.name])
            raise ExpressionError(f'"{part.node.name}.{part.attr}" is not known here; {hint}')


def _check_bounds(expression: str, names: Collection[str]) -> None:
    """Has it answered for nobody: what asks for too much whoever it is about, is found out now."""
    try:
        _compiled(expression)(**{name: ChainableUndefined(name=name) for name in names})
    except OutOfBounds as error:
        raise ExpressionError.unanswered(expression, error) from error
    except Exception:
        return  # nobody has no values, which is no fault of the condition's


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> TemplateExpression:
    try:
        return _ENVIRONMENT.compile_expression(expression, undefined_to_none=False)
    except TemplateSyntaxError as error:
        raise ExpressionError(f"{expression!r} is not a condition: {_unread(expression, error)}") from error
    except (RecursionError, MemoryError, SyntaxError) as error:  # Python's own parser knows all three
        raise ExpressionError(f"{expression[:80]!r}… is not a condition: it is nested too deeply") from error


def _unread(expression: str, error: TemplateSyntaxError) -> str:
    if "{{" in expression or "{%" in expression:
        return "leave the braces out"
    if re.search(r"(?<![=!<>])=(?!=)", expression):
        return "write == to compare"
    return f"{error.message}; write for example order.total >= 20 and order.todo"
