"""Links that lead nowhere from a mail, or over an open road."""

import re
from collections.abc import Iterator
from html import unescape

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.message import Message

_WORKING = ("https://", "mailto:", "tel:")
_HREF = re.compile(r'<a\b[^>]*\shref="([^"]*)"')


def look(message: Message) -> Iterator[Problem]:
    for address in addresses(message.content.html):
        if address.startswith("http://"):
            yield message.place_of(address).problem(
                f"the link {address} is not secure", "Write https:// instead.", Level.WARNING
            )
        elif not address.startswith(_WORKING):
            yield message.place_of(address).problem(
                f"the link {address!r} leads nowhere from a mail", "Write it out, from https:// on."
            )


def addresses(html: str) -> list[str]:
    """Where its links lead, in their order."""
    return [unescape(found[1]) for found in _HREF.finditer(html)]
