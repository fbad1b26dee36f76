"""Conditions (`who`, `when`, `ignore`, segments): one language everywhere, Jinja2 expressions."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError
from jinja2.environment import TemplateExpression
from jinja2.sandbox import ImmutableSandboxedEnvironment


class ExpressionError(ValueError):
    """A condition that cannot be read, or cannot be answered for what it was asked about."""


_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined)


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
    except Exception as error:  # whatever a condition does with a value is the condition's fault
        raise ExpressionError(f"{expression!r}: {error}") from error


def check(expression: str) -> None:
    """Raises ExpressionError if the condition cannot be read."""
    if expression.strip():
        _compiled(expression)


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> TemplateExpression:
    try:
        return _ENVIRONMENT.compile_expression(expression, undefined_to_none=False)
    except TemplateSyntaxError as error:
        raise ExpressionError(f"{expression!r} is not a condition: {error.message}") from error
