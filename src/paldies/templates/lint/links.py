"""Links that lead nowhere from a mail, or over an open road."""

import re
from collections.abc import Iterator
from html import unescape

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.message import Message

_WORKING = re.compile(r"https://|mailto:(?:\?|[^@\s]+@[^@\s]+)|tel:\+?[\d(]")
_HREF = re.compile(r'<a\b[^>]*\shref="([^"]*)"')
_WRITTEN_OUT = re.compile(r"http://[^\s<>()\[\]]*[^\s<>()\[\].,;:!?]")


def look(message: Message) -> Iterator[Problem]:
    content = message.content
    linked = addresses(content.html)
    for address in dict.fromkeys([*linked, *_WRITTEN_OUT.findall(content.text)]):
        if address.startswith("http://"):
            yield message.place_of(address).problem(
                f"the link {address} is not secure", "Write https:// instead.", Level.WARNING
            )
        elif not _WORKING.match(address):
            yield message.place_of(address or "]()").problem(
                f"the link {address!r} leads nowhere from a mail",
                "Write it out, from https:// on; or mailto: and an address, tel: and a number.",
            )


def addresses(html: str) -> list[str]:
    """Where its links lead, in their order."""
    return [unescape(found[1]) for found in _HREF.finditer(html)]
