"""Signs of Markdown and HTML that customers would read, or hear, as they stand."""

import re
from collections.abc import Iterator

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.message import Message
from paldies.templates.lint.written import Written

_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|amp|nbsp|lt|gt|quot|apos|euro|copy|[mn]dash|hellip);")
_MARKS = re.compile(
    r"(?<!\*)\*\*(?=\w)|(?<=\w)\*\*(?!\*)|\]\s?\((?:https?:|mailto:|tel:|www\.|javascript:)[^)\s]*|<!--"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_PLAIN = "Write it in plain words: only letters have bold type and links behind words."
_UNFINISHED = "Close it: **bold**, [words](https://…), nothing between the brackets."


def look(message: Message) -> Iterator[Problem]:
    content, is_page = message.content, bool(message.content.html)
    said = "\n".join((content.subject, content.preheader, content.voicemail, content.text))
    plain = said if not is_page else f"{content.subject}\n{content.preheader}"
    for entity in dict.fromkeys(_ENTITY.findall(plain)):
        if place := _written(message.written, entity, is_page=is_page):
            yield _problem(
                message, place, f"customers would read {entity} as it stands", "Type the sign itself."
            )
    for mark in dict.fromkeys(found[0].strip() for found in _MARKS.finditer(said)):
        if place := _written(message.written, mark):
            remedy = _UNFINISHED if is_page else _PLAIN
            yield _problem(message, place, f"customers would read {mark} as it stands", remedy)
    if message.reading.text.name.channel == "call":
        for address in dict.fromkeys(_ADDRESS.findall(f"{content.text}\n{content.voicemail}")):
            said = f"nobody can write down {address} while it is read out"
            line = message.place_of(address).line
            yield _problem(message, line, said, "Say where to find it, as in: the details are in our e-mail.")


def _written(written: Written, words: str, *, is_page: bool = False) -> int | None:
    """Where staff wrote it; what came with a value is no mistake of theirs. `is_page`: above the body."""
    body = written.script.body.line
    return next(
        (line for line, text in written.lines() if words in text and not (is_page and line >= body)), None
    )


def _problem(message: Message, line: int, text: str, remedy: str) -> Problem:
    return message.written.at(line).problem(text, remedy, Level.WARNING)
