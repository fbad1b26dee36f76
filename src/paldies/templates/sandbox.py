"""What a text may do: two sandboxed Jinja environments, one for HTML and one for plain text."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache, lru_cache
from itertools import count

from jinja2 import StrictUndefined, Undefined
from markupsafe import escape

from paldies.campaigns.bounds import BoundedEnvironment
from paldies.campaigns.money import Money
from paldies.templates.faults import Unprintable
from paldies.templates.filters import FILTERS, TOLD_THE_LOCALE
from paldies.templates.generator import OWNERS, Generator

# They mark text as HTML already, and so would make the two parts differ or let a value through unescaped.
_UNSAFE_FILTERS = ("e", "escape", "forceescape", "safe", "tojson", "urlize", "xmlattr")
# Control characters (C0, DEL, C1), line separators, and what turns the direction of the text around it.
_UNSEEMLY = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_A_FEW_WORDS = 100  # letters; what is longer would fill the memory
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s]+", re.IGNORECASE)


class Sandbox(BoundedEnvironment):
    """`finalize` makes of a value what is printed, a str."""

    code_generator_class = Generator
    owners = OWNERS


@cache
def html_environment() -> Sandbox:
    """Escapes every value, whatever a template is called."""
    return _environment(in_html, escapes=True)


@cache
def plain_environment() -> Sandbox:
    return _environment(in_text, escapes=False)


def _environment(shown: Callable[[object], str], *, escapes: bool) -> Sandbox:
    environment = Sandbox(
        autoescape=escapes, undefined=StrictUndefined, finalize=shown, keep_trailing_newline=True
    )
    for name in _UNSAFE_FILTERS:
        del environment.filters[name]
    environment.filters.update(FILTERS | TOLD_THE_LOCALE, link=link)
    environment.globals["counter"] = counter
    return environment


def in_html(value: object) -> str:
    """Raises Unprintable."""
    if type(value) is str and len(value) <= _A_FEW_WORDS:
        return value if value.isalnum() else _remembered(value)
    return _escaped(value)


def _escaped(value: object) -> str:
    return str(escape(printable(value)))


_remembered = lru_cache(maxsize=4096)(_escaped)  # 1 µs; articles, amounts and dates come again and again


def in_text(value: object) -> str:
    """Raises Unprintable."""
    if type(value) is str and value.isprintable():
        return value
    return str(printable(value))


def printable(value: object) -> object:
    """What a value looks like in a line of text; refuses what would look like a mistake to the customer."""
    if isinstance(value, str):
        return value if value.isprintable() else _UNSEEMLY.sub(" ", value)
    if isinstance(value, int | float | Decimal | Money | Undefined) and not isinstance(value, bool):
        return value
    if value is None:
        raise Unprintable("there is no value", remedy="Put it between {% if … %} and {% endif %}.")
    raise Unprintable(
        f"a {type(value).__name__} cannot be printed as it is",
        remedy="Name the part you mean, as in {{ order.number }}, or a filter: {{ order.placed_at|date }}.",
    )


def link(value: object) -> str:
    """A value that stands at the beginning of a link's address."""
    address = str(value)
    if not _LINK.fullmatch(address):
        raise Unprintable(
            f"{address[:60]!r} is not an address that a mail can link to",
            remedy="Use one that begins with https://, mailto: or tel:, or leave the link out.",
        )
    return address


def counter() -> Callable[[], int]:
    """Numbers the items of a list in the plain-text part, as a browser numbers them in HTML."""
    return count(1).__next__
