"""A subject that is empty, or longer than mailboxes show."""

from collections.abc import Iterator

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.message import Message

_LONGEST = 60  # characters; a list of messages on a wide screen shows about so many, a phone fewer


def look(message: Message) -> Iterator[Problem]:
    if not message.reading.text.sheets.html:
        return
    length = len(message.content.subject)
    if not length:
        yield message.written.subject.problem("the subject is empty", "Write a subject that never is.")
    elif length > _LONGEST:
        yield message.written.subject.problem(
            f"the subject has {length} characters", f"Shorten it to {_LONGEST}.", Level.WARNING
        )
