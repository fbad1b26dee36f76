"""Filters and tests that a text names: Jinja looks for those within a condition only when it is met."""

from collections.abc import Collection
from difflib import get_close_matches

from jinja2 import nodes
from jinja2.environment import Environment

from paldies.templates.faults import TemplateFault
from paldies.templates.filters import FILTERS
from paldies.templates.manuscript import Passage

_TESTS = ("defined", "none", "even", "odd", "in")  # those that texts may need


def check_filters(tree: nodes.Template, passage: Passage, environment: Environment) -> None:
    """Raises TemplateFault for one that there is none of, and for one of ours that is told how to write."""
    for test in tree.find_all(nodes.Test):
        if test.name not in environment.tests:
            raise _unknown(test, passage, f"there is no test called {test.name!r}", _TESTS)
    for used in tree.find_all(nodes.Filter):
        if used.name not in environment.filters:
            raise _unknown(used, passage, f"there is no filter called {used.name!r}", FILTERS)
        if used.name in FILTERS and (used.args or used.kwargs):
            said = f"|{used.name} takes nothing in brackets: it writes as the customer's language does"
            raise passage.fault(used.lineno, said, remedy=f"Write |{used.name} alone.")


def _unknown(
    used: nodes.Test | nodes.Filter, passage: Passage, said: str, known: Collection[str]
) -> TemplateFault:
    close = get_close_matches(used.name, known, n=1)
    remedy = f"Did you mean {close[0]!r}?" if close else f"Take it out, or use one of {', '.join(known)}."
    return passage.fault(used.lineno, said, remedy=remedy)
