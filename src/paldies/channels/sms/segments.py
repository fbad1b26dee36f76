"""How many parts a text message is sent, and paid for, in: 3GPP TS 23.038 and TS 23.040."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

# TS 23.038 6.2.1: one septet each.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # 6.2.1.1: an escape and a septet, never torn apart


@dataclass(frozen=True, slots=True)
class Segments:
    """`units`: septets of GSM-7, or 16-bit units of UCS-2; `foreign`: the letters, once each, that did it."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    count: int
    foreign: str = field(default="", compare=False)


def segments(text: str) -> Segments:
    """One letter that GSM-7 lacks makes the whole message UCS-2, which holds less than half as much."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        sizes = [2 if char in _EXTENDED else 1 for char in text]
        return Segments("GSM-7", sum(sizes), _count(sizes, alone=160, joined=153))
    sizes = [2 if ord(char) > 0xFFFF else 1 for char in text]  # a surrogate pair stays together
    foreign = "".join(dict.fromkeys(char for char in text if char not in _BASIC and char not in _EXTENDED))
    return Segments("UCS-2", sum(sizes), _count(sizes, alone=70, joined=67), foreign)


def parted(text: str) -> list[str]:
    """The text as the parts that it is sent in."""
    whole = segments(text)
    if whole.count == 1:
        return [text]
    is_basic = whole.encoding == "GSM-7"
    most = 153 if is_basic else 67
    parts, room = [""], most
    for char in text:
        size = 1 + (char in _EXTENDED if is_basic else ord(char) > 0xFFFF)
        if size > room:
            parts.append("")
            room = most
        parts[-1] += char
        room -= size
    return parts


def _count(sizes: Iterable[int], *, alone: int, joined: int) -> int:
    """`joined`: what is left of a part that has to name its place among others (TS 23.040 9.2.3.24.1)."""
    sizes = list(sizes)
    if sum(sizes) <= alone:
        return 1
    count, room = 1, joined
    for size in sizes:
        if size > room:
            count, room = count + 1, joined
        room -= size
    return count
