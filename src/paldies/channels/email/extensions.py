"""What a server offers beyond plain SMTP, and what that means for a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from paldies.channels.email.envelope import Envelope
from paldies.channels.email.outcomes import Unfit


@dataclass(frozen=True, slots=True)
class Extensions:
    """From the answer to EHLO (RFC 5321 4.1.1.1)."""

    pipelining: bool = False  # RFC 2920
    smtputf8: bool = False  # RFC 6531
    eight_bit: bool = False  # RFC 6152
    size: bool = False  # RFC 1870
    largest: int = 0  # bytes; 0 = not told

    @classmethod
    def offered(cls, keywords: Mapping[str, str]) -> Self:
        """`keywords` are in lower case."""
        largest = keywords.get("size", "").strip()
        return cls(
            pipelining="pipelining" in keywords,
            smtputf8="smtputf8" in keywords,
            eight_bit="8bitmime" in keywords,
            size="size" in keywords,
            largest=int(largest) if largest.isdecimal() else 0,
        )

    def unfit(self, envelope: Envelope) -> Unfit | None:
        """Why the server cannot take this message at all."""
        size = len(envelope.content)
        if 0 < self.largest < size:
            return Unfit("size", f"the message has {size} bytes, the mail server takes {self.largest}")
        if not self.smtputf8 and envelope.needs_smtputf8:
            return Unfit("smtputf8", "the mail server does not take addresses outside ASCII (SMTPUTF8)")
        return None

    def parameters(self, envelope: Envelope) -> str:
        """What MAIL FROM has to announce."""
        announced = f" SIZE={len(envelope.content)}" if self.size else ""
        if self.smtputf8 and envelope.needs_smtputf8:
            announced += " BODY=8BITMIME SMTPUTF8" if self.eight_bit else " SMTPUTF8"
        return announced
