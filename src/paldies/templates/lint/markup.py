"""HTML tags that customers would read as they stand: in a text, or in a name."""

import re
from collections.abc import Iterator

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.message import Message

# Those that people write into texts; anything else between < and > may be meant.
_TAG = re.compile(
    r"</?(?:a|b|i|u|s|em|strong|br|p|div|span|img|h[1-6]|ul|ol|li|table|tr|t[dh]|font|center|script|style)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)


def look(message: Message) -> Iterator[Problem]:
    content = message.content
    said = "\n".join((content.subject, content.preheader, content.text, content.voicemail))
    for tag in dict.fromkeys(found[0] for found in _TAG.finditer(said)):
        if tag.startswith("</") and f"<{tag[2:-1]}" in said:
            continue  # told with the one that opens it
        line = next((number for number, line in message.written.lines() if tag in line), None)
        if line:
            yield message.written.at(line).problem(
                f"HTML is no part of a text: customers would read {tag} as it stands",
                "Write **bold**, *italic* or [words](https://…) in a .md, and plain words elsewhere.",
                Level.WARNING,
            )
        elif tag in _signature(message):
            yield message.written.of_senders(tag).problem(
                f"customers would read {tag} as it stands, in the name of who signs",
                "Write it there without HTML.",
                Level.WARNING,
            )
        else:
            yield message.place_of(tag).problem(
                f"a value has HTML in it, and customers would read {tag} as it stands",
                "Nothing can happen by it; correct it where it comes from: the shop, or paldies.toml.",
                Level.WARNING,
            )


def _signature(message: Message) -> str:
    signed_by = message.reading.text.signed_by(message.content.locale, message.reading.signer)
    return f"{signed_by.name} {signed_by.role} {signed_by.signature}" if signed_by else ""
