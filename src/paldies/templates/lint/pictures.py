"""Pictures that nobody sees, or that say nothing to whoever cannot see them."""

import re
from collections.abc import Iterator
from html import unescape

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.message import Message

_SHOWN = ("https://", "cid:", "data:image/")
_PICTURE = re.compile(r"<img\b[^>]*>")
_ATTRIBUTE = re.compile(r'\s([a-z-]+)="([^"]*)"')


def look(message: Message) -> Iterator[Problem]:
    """An empty alt is right for an ornament, which only a frame can have (HTML 4.8.4)."""
    for found in _PICTURE.finditer(message.content.html):
        attributes = dict(_ATTRIBUTE.findall(found[0]))
        source = unescape(attributes.get("src", ""))
        if not source.startswith(_SHOWN):
            yield message.place_of(source or "<img").problem(
                f"mail programs cannot show the picture {source!r}",
                "Put it on your own site, and write its address from https:// on.",
                Level.WARNING,
            )
        if attributes.get("alt"):
            continue
        in_text = next((number for number, line in message.written.lines() if f"]({source}" in line), None)
        if in_text:
            yield message.written.at(in_text).problem(
                f"the picture {source} has no words for those who cannot see it",
                f"Write what it shows: ![A cup of tea]({source}).",
                Level.WARNING,
            )
        elif "alt" not in attributes:
            yield message.place_of(source).problem(
                f"the picture {source} has no words for those who cannot see it",
                'Add alt="…" with what it shows, or alt="" if it is an ornament.',
                Level.WARNING,
            )
