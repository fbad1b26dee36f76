"""Free text in header fields: made harmless, encoded (RFC 2047) and folded (RFC 5322 2.2.3)."""

import re
from binascii import b2a_base64

LINE = 76  # characters; RFC 2047 2 for lines with encoded words

# A subject's or a name's line breaks, control characters, lone surrogates and what turns the direction of the
# text around it; each run becomes one space.
_UNSPEAKABLE = re.compile("[ \x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LONGEST_TOKEN = 60  # characters; leaves room for the field's name on the first line
_WORD_BYTES = (
    39  # of UTF-8 in one encoded word: 64 characters, so that the first fits beside the field's name
)


def clean(text: str) -> str:
    """The text on one line: what could end a header or cannot be encoded is gone, spaces are single."""
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    return _UNSPEAKABLE.sub(" ", text).strip(" ")


def unstructured(text: str) -> str:
    """A subject; not yet folded."""
    text = clean(text)
    return text if _can_stand(text) else _encoded(text)


def mailbox(name: str, address: str) -> str:
    """`name <address>`; not yet folded. The address is taken as it is."""
    name = clean(name)
    if not name:
        return address
    if not _can_stand(name):
        name = _encoded(name)
    elif not _ATOMS.fullmatch(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{address}>"


def field(name: str, value: str) -> str:
    """A header field with its line end, folded at spaces into lines of 76 characters wherever possible."""
    line = f"{name}: {value}"
    if len(line) <= LINE:
        return line + "\r\n"
    lines = []
    start = len(name) + 2  # never right after the colon
    while len(line) > LINE:
        cut = line.rfind(" ", start, LINE + 1)
        if cut < 0:
            cut = line.find(" ", LINE)
        if cut < 0:
            break
        lines.append(line[:cut])
        line = line[cut:]
        start = 1
    lines.append(line)
    return "\r\n".join(lines) + "\r\n"


def _can_stand(text: str) -> bool:
    """Whether it needs no encoding: ASCII, nothing that looks encoded, nothing that cannot be folded."""
    return (
        text.isascii()
        and "=?" not in text
        and (len(text) <= _LONGEST_TOKEN or max(map(len, text.split(" "))) <= _LONGEST_TOKEN)
    )


def _encoded(text: str) -> str:
    data = text.encode()
    words = []
    start = 0
    while start < len(data):
        end = start + _WORD_BYTES
        while end < len(data) and data[end] & 0xC0 == 0x80:  # never through the middle of a character
            end -= 1
        words.append(f"=?utf-8?b?{b2a_base64(data[start:end], newline=False).decode()}?=")
        start = end
    return " ".join(words)
