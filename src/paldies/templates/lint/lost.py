"""Links and numbers that the HTML part shows and the plain-text part lacks."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.links import addresses
from paldies.templates.lint.message import Message
from paldies.templates.nesting import VOID

_UNSEEN = frozenset({"head", "style", "script", "title"})
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def look(message: Message) -> Iterator[Problem]:
    """The text is read off the page, so that only what the page keeps to itself can be missing."""
    content = message.content
    for address in dict.fromkeys(addresses(content.html)):
        if address.startswith("http") and address not in content.text:
            yield _missing(message, f"the link {address}", address)
    heard = set(_NUMBER.findall(content.text))
    for number in dict.fromkeys(_NUMBER.findall(_seen(content.html))):
        if number not in heard:
            yield _missing(message, f"the number {number}", number)


def _missing(message: Message, what: str, words: str) -> Problem:
    return message.place_of(words).problem(
        f"{what} is in the HTML part, and not in the plain text",
        'Take data-only="html" off what stands around it, or say it in the text as well.',
        Level.WARNING,
    )


def _seen(html: str) -> str:
    eye = _Eye()
    eye.feed(html)
    return " ".join(eye.seen)


class _Eye(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._hidden = 0  # elements that are open, from the hidden one on

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        style = (dict(attrs).get("style") or "").replace(" ", "")
        if self._hidden or tag in _UNSEEN or "display:none" in style:
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and tag not in VOID:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.seen.append(data)
