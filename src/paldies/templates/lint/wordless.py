"""A message that says nothing but what its frame adds: an empty file, or a condition that leaves all out."""

from collections.abc import Iterator

from paldies.templates.faults import Problem
from paldies.templates.lint.message import Message


def look(message: Message) -> Iterator[Problem]:
    content, reading = message.content, message.reading
    known = {
        "locale": content.locale,
        "sender": reading.text.signed_by(content.locale, reading.signer),
        "subject": content.subject,
        "preheader": content.preheader,
    }
    if not message.written.own_words({**message.values, **known}).strip():
        yield message.written.body.problem(
            "nothing is said here, and customers would get an empty message",
            "Write something that always stands there, or remove the file.",
        )
