"""The parts of a mail that may be broken in any way: none of this raises for what somebody has sent."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message

_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global")
_TAGS = re.compile(r"<style.*?</style>|<br\s*/?>|</(?:p|div|tr|li|td|h\d)>|<(?!\S+@\S+>)[^<>]*>", re.S | re.I)
_BELOW = re.compile(
    r"^[ >*]*(-+ ?)?(this is a copy|original message|returned m(essage|ail)|below (this|the next) line"
    r"|(the )?message headers?"
    r"|unsent message|the (header|text|body|original) |(included|attached|here) is (a|the) (copy"
    r"|returned)|a copy of"
    r"|the following is a copy|return-path:|received: |start of|forwarded message"
    r"|message (text )?follows|your original"
    r"|old message|original m).*",
    re.IGNORECASE | re.MULTILINE,
)


_LONGEST_LINE = (
    1000  # characters: RFC 5322 allows 998, and to look for patterns in one of a megabyte takes hours
)
_LONGEST_TEXT = 30_000  # characters of a part that are read


def parsed(content: bytes) -> Message:
    """The mail, its lines cut where they are longer than any may be."""
    return message_from_bytes(b"\n".join(line[:_LONGEST_LINE] for line in content.split(b"\n")))


def walk(mail: Message) -> Iterator[Message]:
    """The parts of the mail itself, not those of what it returns."""
    yield mail
    if mail.get_content_type() not in _RETURNED and isinstance(inner := mail.get_payload(), list):
        for part in inner:
            if isinstance(part, Message):
                yield from walk(part)


def text_of(part: Message) -> str:
    """A part's text, whatever its charset claims to be."""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        content = None
    if not isinstance(content, bytes):
        return _cut(str(part.get_payload())) if isinstance(part.get_payload(), str) else ""
    return _cut(_decoded(content, part))


def _cut(text: str) -> str:
    return "\n".join(line[:_LONGEST_LINE] for line in text[:_LONGEST_TEXT].split("\n"))


def _decoded(content: bytes, part: Message) -> str:
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return content.decode(charset)
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def prose(mail: Message) -> str:
    """What the mail says to people, without what it returns."""
    texts = [part for part in walk(mail) if part.get_content_type() == "text/plain"]
    if texts:
        return "\n".join(_above_the_copy(text_of(part)) for part in texts)
    pages = [part for part in walk(mail) if part.get_content_type() == "text/html"]
    return "\n".join(_above_the_copy(_without_tags(text_of(part))) for part in pages)


def returned(mail: Message) -> Iterator[str]:
    """The returned messages, or their headers, as text."""
    for part in mail.walk():
        if part.get_content_type() in _RETURNED:
            inner = part.get_payload()
            yield str(inner[0])[:_LONGEST_TEXT] if isinstance(inner, list) and inner else text_of(part)
    for part in walk(mail):
        if part.get_content_type() == "text/plain":
            text = text_of(part)
            if len(above := _above_the_copy(text)) < len(text):
                yield text[len(above) :]


def header(mail: Message, name: str) -> str:
    """A field in one line, decoded as far as it can be."""
    value = str(mail.get(name, ""))[:_LONGEST_LINE]
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (LookupError, ValueError, MessageError):
        return " ".join(str(value).split())


def _above_the_copy(text: str) -> str:
    """A notice says something before the copy begins."""
    for match in _BELOW.finditer(text):
        if text[: match.start()].strip():
            return text[: match.start()]
    return text


def _without_tags(text: str) -> str:
    return _TAGS.sub("\n", text).replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ")
