"""How one raw value, of whatever type a driver or a file gives, is understood."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

MAX_TEXT = 10_000  # characters; what is longer is a mistake, and would travel into every message

_YES = frozenset("1 true t yes y on jā ja да".split())
_NO = frozenset("0 false f no n off nē ne нет".split())
_NOTHING = frozenset(("null", "none", "nil", "\\n", "nan", "nat"))
_LINE_BREAKS = re.compile(r"[\r\n\t\v\f\x1c-\x1e\x85\u2028\u2029]+")
# NUL and its kin are cut by SMTP servers and refused by PostgreSQL; lone surrogates are no UTF-8
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_DIGITS = re.compile(r"\d{8,16}(?:\.\d+)?")
_ZONE_WORD = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
_MICROSECONDS, _MILLISECONDS, _SECONDS = 10**14, 10**11, 10**8  # the least number taken for each: year 1973
_LARGEST_AMOUNT = 2**63
_MOST_DIGITS = 400  # 1e999999999 is eleven characters of JSON, and a gigabyte of text


class BadValue(ValueError):
    """A value that cannot be understood; the text says why, for a person."""


def text(raw: Any) -> str:
    """One line of text without control characters; empty if there is none."""
    match raw:
        case None:
            return ""
        case str():
            said = raw
        case bool():
            said = str(raw).lower()
        case int() | UUID():
            said = str(raw)
        case float() | Decimal():
            said = _plain(Decimal(str(raw)))
        case datetime() | date() | time():
            said = raw.isoformat()
        case bytes() | bytearray() | memoryview():
            said = bytes(raw).decode("utf-8", "replace")
        case _:
            raise BadValue(f"{_shown(raw)} is not text")
    if not said.isprintable():  # seldom, and the two passes cost more than all the rest
        said = _UNPRINTABLE.sub("", _LINE_BREAKS.sub(" ", said[: 2 * MAX_TEXT]))
    said = said.strip()
    return "" if said == "\\N" else said[:MAX_TEXT]


def truth(raw: Any) -> bool | None:
    """Yes, no, or not said."""
    if isinstance(raw, bytes | bytearray) and len(raw) == 1 and raw[0] < 2:  # MySQL's BIT(1)
        return raw[0] == 1
    word = _word(raw)
    if word in _YES:
        return True
    if word in _NO:
        return False
    if not word:
        return None
    raise BadValue(f"{_shown(raw)} is neither yes nor no: write 1 or 0")


def number(raw: Any, *, decimals: int = 0) -> Decimal | None:
    """A finite number; text may use a decimal comma and separate thousands.

    `decimals` are the digits usual after the decimal sign: with three of them `1,234` is not ambiguous.
    """
    if isinstance(raw, bool):
        raise BadValue(f"{_shown(raw)} is not a number")
    if isinstance(raw, Decimal | int | float):
        said = str(raw)
    elif not (said := _word(raw)):
        return None
    else:
        said = _with_decimal_point(said, decimals)
    try:
        found = Decimal(said)
    except InvalidOperation:
        raise BadValue(f"{_shown(raw)} is not a number") from None
    if found.is_nan():
        return None
    if not found.is_finite() or abs(found) >= _LARGEST_AMOUNT:
        raise BadValue(f"{_shown(raw)} is not a sensible number")
    return found


def instant(raw: Any, *, zone: ZoneInfo) -> datetime | date | None:
    """An instant in UTC, or a date if only the day is told; a naive one is meant in `zone`.

    An hour that the clock skips moves on by the gap; of an hour that it repeats, the first is taken.
    Zero dates, year 1 and year 9999 are what databases write for "none".
    """
    match raw:
        case datetime():
            return _in_utc(raw, zone)
        case date():
            return raw if _is_said(raw) else None
        case bool():
            raise BadValue(f"{_shown(raw)} is not a time")
        case int() | float() | Decimal():
            return _from_number(Decimal(str(raw)), zone)
    said = text(raw)
    if not said or said.casefold() in _NOTHING or said.startswith("0000-00-00"):
        return None
    if _DIGITS.fullmatch(said):
        return _from_number(Decimal(said), zone)
    try:
        if len(said) == len("2026-11-22"):
            return instant(date.fromisoformat(said), zone=zone)
        written = said if said[-1].isdigit() else _ZONE_WORD.sub("+00:00", said)
        return _in_utc(datetime.fromisoformat(written), zone)
    except ValueError:
        raise BadValue(f"{_shown(raw)} is not a time: write it as 2026-11-22 10:00:00") from None


def tags(raw: Any) -> tuple[str, ...]:
    """A list, a JSON array, or words separated by commas; each once."""
    if isinstance(raw, str | bytes | bytearray):
        said = text(raw)
        raw = from_json(said) if said.startswith("[") else said.split(",")
    if raw is None:
        return ()
    if not isinstance(raw, Sequence):
        raise BadValue(f"{_shown(raw)} is not a list of tags")
    return tuple(dict.fromkeys(tag for tag in map(text, raw) if tag))


def objects(raw: Any) -> list[Mapping[str, Any]] | None:
    """A list of objects, or the JSON of one."""
    if isinstance(raw, str | bytes | bytearray):
        raw = from_json(raw) if raw.strip() else None
    if raw is None:
        return None
    if not isinstance(raw, Sequence) or not all(isinstance(each, Mapping) for each in raw):
        raise BadValue(f"{_shown(raw)} is not a list of objects")
    return list(raw)


def from_json(said: str | bytes | bytearray) -> Any:
    """The value of a JSON text, its fractions exact. Raises BadValue."""
    try:
        return json.loads(said, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadValue(f"this is not JSON: {error}") from None


def _word(raw: Any) -> str:
    word = text(raw).casefold()
    return "" if word in _NOTHING else word


def _plain(value: Decimal) -> str:
    """Without an exponent, and whole numbers without a fraction: a float 1042.0 is the id 1042."""
    if not value.is_finite():
        return ""
    if abs(value.adjusted()) > _MOST_DIGITS:
        raise BadValue(f"{value} is not a sensible number")
    return f"{value.to_integral_value():f}" if value == value.to_integral_value() else f"{value:f}"


def _with_decimal_point(said: str, decimals: int) -> str:
    said = re.sub(r"(?<=\d)[\s'’\u00a0\u202f](?=\d)", "", said)
    comma, point = said.rfind(","), said.rfind(".")
    if comma >= 0 and point >= 0:
        thousands, decimal = (",", ".") if point > comma else (".", ",")
        return said.replace(thousands, "").replace(decimal, ".")
    if said.count(",") > 1 or said.count(".") > 1:
        return said.replace(",", "").replace(".", "")
    if comma >= 0 and len(said) - comma == 4 and decimals != 3:
        raise BadValue(f"{said!r} may mean thousands or a fraction: write it with a point")
    return said.replace(",", ".")


def _from_number(value: Decimal, zone: ZoneInfo) -> datetime | date | None:
    """Unix time in seconds, milliseconds or microseconds; eight digits are a date."""
    if value.is_nan() or value == 0:
        return None
    try:
        for least, scale in ((_MICROSECONDS, 10**6), (_MILLISECONDS, 10**3), (_SECONDS, 1)):
            if value >= least:
                return _in_utc(datetime.fromtimestamp(float(value / scale), UTC), zone)
        return instant(date.fromisoformat(str(value)), zone=zone)
    except (ValueError, OverflowError, OSError):
        raise BadValue(f"{value} is neither a Unix time nor a date") from None


def _in_utc(moment: datetime, zone: ZoneInfo) -> datetime | None:
    if not _is_said(moment):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone, fold=0)).astimezone(UTC)


def _is_said(day: date) -> bool:
    return 1 < day.year < 9999


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not a number")


def _shown(raw: Any) -> str:
    shown = repr(raw)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"
