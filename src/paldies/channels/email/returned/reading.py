"""Reads a mail that a mail server, a provider or a person has sent back."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from paldies.channels.email.returned.letter import letter
from paldies.channels.email.returned.notice import Notice, Returned
from paldies.channels.email.returned.parts import header, parsed, prose, returned, walk
from paldies.channels.email.returned.report import complaint, delivery_status

_ARRIVED_AT = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-RCPT-TO")
_LONGEST, _MOST = 1000, 5  # characters of a field, and fields of one name
_MESSAGE_ID = re.compile(r"^Message-ID:\s*<([^<>\s]+)>", re.IGNORECASE | re.MULTILINE)


def read(content: bytes) -> Notice:
    """Never raises for what somebody has sent: what cannot be understood is no report."""
    mail = parsed(content)
    return Notice(
        returned=complaint(mail) or _report_of(mail),
        sent_to=tuple(dict.fromkeys(_arrived_at(mail))),
        message_ids=tuple(dict.fromkeys(_returned_ids(mail))),
        at=_date(mail),
    )


def _report_of(mail: Message) -> Sequence[Returned]:
    """The form for machines has the word, in a cover of somebody's own as well; then the letter."""
    for one in (mail, *_covered(mail)):
        told = delivery_status(one, prose(one))
        if told is None:
            continue
        if any(not each.recipient for each in told) and len(named := letter(one)) == 1:
            return [replace(each, recipient=each.recipient or named[0].recipient) for each in told]
        return told
    return letter(mail)


def _covered(mail: Message) -> Iterator[Message]:
    """What somebody has forwarded, or a server has put into a letter of its own."""
    for part in walk(mail):
        inner = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(inner, list):
            yield from (one for one in inner if isinstance(one, Message))


def _arrived_at(mail: Message) -> list[str]:
    fields = [str(value)[:_LONGEST] for name in _ARRIVED_AT for value in mail.get_all(name, [])[:_MOST]]
    return [address for _, address in getaddresses(fields) if "@" in address]


def _returned_ids(mail: Message) -> list[str]:
    """Only of what came back: a reply, too, names our Message-ID, in other fields."""
    return [found for text in returned(mail) for found in _MESSAGE_ID.findall(text)]


def _date(mail: Message) -> datetime | None:
    try:
        at = parsedate_to_datetime(header(mail, "Date"))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None
