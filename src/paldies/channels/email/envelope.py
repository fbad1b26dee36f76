"""One message as it crosses the wire, and to whom."""

import re
from dataclasses import dataclass

_LINE_WITH_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Addresses are bare and clean; `content` has CRLF line ends and a CRLF at its end."""

    sender: str
    recipient: str
    content: bytes

    @property
    def needs_smtputf8(self) -> bool:
        """Whether an address, here or in a header, is outside ASCII (RFC 6531); nothing else ever is."""
        return not (self.recipient.isascii() and self.sender.isascii() and self.content.isascii())

    @property
    def stuffed(self) -> bytes:
        """The content with each dot at the start of a line doubled (RFC 5321 4.5.2)."""
        if b"\n." not in self.content and not self.content.startswith(b"."):
            return self.content  # always so for our own text: it is base64, and no header begins with a dot
        return _LINE_WITH_DOT.sub(b"..", self.content)
