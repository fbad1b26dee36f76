"""Texts that their channel cannot carry well: too long to be said, too many parts."""

from collections.abc import Iterator

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.message import Message


def look(message: Message) -> Iterator[Problem]:
    objection = message.reading.carrier.objection
    if objection is None:
        return
    content, script = message.content, message.written.script
    for words, place in (
        (content.text, message.written.body),
        (content.voicemail, message.written.at(script.voicemail.line)),
    ):
        if words and (objected := objection(words, content.locale)):
            said, _, remedy = objected.partition(". ")
            yield place.problem(said.rstrip("."), remedy or "Shorten it.", Level.WARNING)
