"""What a text that is paid for by the part costs, and which letter made it dearer."""

from collections.abc import Iterator

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.carriers import Parts
from paldies.templates.lint.message import Message

_OF_A_LANGUAGE = 2  # different letters of its own make a text one of a language that needs them


def look(message: Message) -> Iterator[Problem]:
    carrier = message.reading.carrier
    if carrier.parts is None:
        return
    parts = carrier.parts(message.content.text)
    own = _own_letters(message, parts)
    is_by_nature = sum(letter.isalpha() for letter in own) >= _OF_A_LANGUAGE
    if not is_by_nature:
        yield from _stray(message, own)
    if parts.count > 1:
        yield message.written.body.problem(
            f"it is sent, and paid for, as {parts.count} messages{_cost(message, parts)}"
            f" ({parts.units} characters in {parts.encoding}{_why(parts, own, is_by_nature=is_by_nature)})",
            "Nothing has to be done; shorter is cheaper." if is_by_nature else _shorter(parts),
            Level.NOTE,
        )


def _own_letters(message: Message, parts: Parts) -> str:
    """Those that staff wrote, not those of a name that was filled in."""
    source = "".join(line for _, line in message.written.lines())
    return "".join(letter for letter in parts.foreign if letter in source)


def _stray(message: Message, letters: str) -> Iterator[Problem]:
    for letter in letters:
        yield message.place_of(letter).problem(
            f"the character {letter!r} (U+{ord(letter):04X}) makes it UCS-2, which has 70 characters a"
            " message, not 160",
            "Write it with a plain letter or sign, or take it out.",
            Level.WARNING,
        )


def _cost(message: Message, parts: Parts) -> str:
    price = message.reading.carrier.price
    return f", {price.amount * parts.count} {price.currency}" if price else ""


def _why(parts: Parts, own: str, *, is_by_nature: bool) -> str:
    if not parts.foreign:
        return ""
    if is_by_nature:
        return f", as this language needs it: {own[0]!r} for one"
    return f", because of {parts.foreign[0]!r}"


def _shorter(parts: Parts) -> str:
    return f"Shorten it to {160 if not parts.foreign else 70} characters, if that is worth it."
