"""How money, numbers, dates and lists are written in the message's locale."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, wraps
from typing import Any

from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from jinja2 import pass_context
from jinja2.runtime import Context

from paldies.campaigns.money import Money
from paldies.templates.faults import Unprintable
from paldies.templates.locales import conventions

_Number = int | float | Decimal

# Babel takes 15–50 µs a value, and the HTML and the text part ask for the same ones.
_remembered = lru_cache(maxsize=4096)


def money(value: object, locale: str) -> str:
    """`€45.90`, `45,90 €`."""
    if not isinstance(value, Money):
        raise Unprintable(
            f"{_kind(value)} is not an amount of money", remedy="Use it as {{ order.total|money }}."
        )
    return _money(value.amount, value.currency, locale)


def number(value: object, locale: str) -> str:
    """`1,245.5`, `1 245,5`."""
    if isinstance(value, bool) or not isinstance(value, _Number):
        raise Unprintable(
            f"{_kind(value)} is not a number", remedy="Use it as {{ customer.order_count|number }}."
        )
    return _number(value, locale)


def day(value: object, locale: str) -> str:
    """`23 November`, `23. novembris`: in the zone that the value carries."""
    return _day(_date(value), locale)


def weekday(value: object, locale: str) -> str:
    """`Monday`, `pirmdiena`."""
    return _weekday(_date(value), locale)


def clock(value: object, locale: str) -> str:
    """`14:30`: in the zone that the value carries."""
    return _clock(_datetime(value), locale)


def day_and_clock(value: object, locale: str) -> str:
    """`23 November, 14:30`."""
    return f"{day(value, locale)}, {clock(value, locale)}"


def listed(values: Iterable[object], locale: str) -> str:
    """`a, b and c`, `a, b un c`."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise Unprintable(f"{_kind(values)} is not a list", remedy="Use it as {{ order.tags|listed }}.")
    return format_list([str(value) for value in values], locale=conventions(locale))


_WRITTEN: dict[str, Callable[[Any, str], str]] = {
    "money": money,
    "number": number,
    "date": day,
    "weekday": weekday,
    "time": clock,
    "datetime": day_and_clock,
    "listed": listed,
}


def _following(written: Callable[[Any, str], str]) -> Callable[[Context, object], str]:
    """As a text has it: in the locale that the message is written in."""

    @wraps(written)  # an error says what it is called
    @pass_context
    def filtered(context: Context, value: object) -> str:
        return written(value, str(context.resolve("locale")))

    return filtered


def in_locale(name: str) -> str:
    """What the filter is called that is told the locale; nobody can write it, for the blanks."""
    return f"{name} in a locale"


FILTERS = {name: _following(written) for name, written in _WRITTEN.items()}
TOLD_THE_LOCALE = {in_locale(name): written for name, written in _WRITTEN.items()}


def _date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise _not_a_moment(value)


def _datetime(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    raise _not_a_moment(value)


def _not_a_moment(value: object) -> Unprintable:
    if value is None:
        return Unprintable(
            "there is no date for this order",
            remedy="Put the sentence between {% if … %} and {% endif %}, as in {% if order.promised_at %}.",
        )
    return Unprintable(f"{_kind(value)} is not a date", remedy="Use it as {{ order.placed_at|date }}.")


def _kind(value: object) -> str:
    return "an empty value" if value is None else repr(str(value))[:60]


@_remembered
def _money(amount: Decimal, currency: str, locale: str) -> str:
    return format_currency(amount, currency, locale=conventions(locale))


@_remembered
def _number(value: float | Decimal, locale: str) -> str:
    return format_decimal(Decimal(str(value)), locale=conventions(locale))


@_remembered
def _day(value: date, locale: str) -> str:
    return format_skeleton("MMMMd", value, locale=conventions(locale))


@_remembered
def _weekday(value: date, locale: str) -> str:
    return format_date(value, "EEEE", locale=conventions(locale))


@_remembered
def _clock(value: datetime, locale: str) -> str:
    return format_time(value, "short", locale=conventions(locale))
