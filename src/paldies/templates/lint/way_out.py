"""Promotional letters that show no way out."""

from collections.abc import Iterator

from paldies.campaigns.words import Purpose
from paldies.templates.faults import Problem
from paldies.templates.lint.links import addresses
from paldies.templates.lint.message import Message
from paldies.templates.lint.written import Place

_LINK = '{% if unsubscribe_url %}<a href="{{ unsubscribe_url }}">Unsubscribe</a>{% endif %}'


def look(message: Message) -> Iterator[Problem]:
    """The mail program's own button (RFC 8058) is there without it, but not everyone's program has one."""
    way_out = str(message.values.get("unsubscribe_url", ""))
    reading = message.reading
    if not way_out or reading.purpose is not Purpose.PROMOTIONAL or not reading.carrier.needs_way_out:
        return
    if way_out in addresses(message.content.html) and way_out in message.content.text:
        return
    frame = message.written.frame
    place = message.written.in_frame("<!-- content -->") or message.written.body
    yield (place if frame else Place(message.written.file.label, 1)).problem(
        "a promotional letter shows no way out",
        f"Write {_LINK} below the text in {place.file}.",
    )
