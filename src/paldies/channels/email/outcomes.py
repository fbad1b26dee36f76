"""How one SMTP transaction can end."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from paldies.value import value

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?!\S)")  # RFC 3463, first thing in the text


class Stage(StrEnum):
    """Where in the conversation something happened."""

    CONNECT = "connecting"
    GREETING = "greeting"
    HELLO = "EHLO"
    TLS = "STARTTLS"
    LOGIN = "AUTH"
    IDLE = "idle"
    RESET = "RSET"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    BODY = "text"
    DOT = "end of text"


@value
class Reply:
    """One answer of the server; the lines of a long one are joined by spaces."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 3463), empty if there is none."""
        match = _ENHANCED.match(self.text)
        return match[1] if match else ""


@value
class Accepted:
    """The server has taken responsibility (RFC 5321 6.1)."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Refused:
    """The server said no, for now (4yz) or for good (5yz)."""

    stage: Stage
    reply: Reply

    @property
    def is_for_good(self) -> bool:
        return self.reply.code >= 500


@dataclass(frozen=True, slots=True)
class NotSent:
    """The line failed, or the server hung up, before our final dot was written: surely nothing left."""

    stage: Stage
    why: str
    reply: Reply | None = None  # 421, if the server said so before it hung up


@dataclass(frozen=True, slots=True)
class Unfit:
    """It was not begun, because it cannot be sent like this to this server, or no longer at this moment."""

    problem: Literal["size", "smtputf8", "deadline"]
    why: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The final dot was written, and no answer came that means yes or no: nobody knows."""

    why: str


Outcome = Accepted | Refused | NotSent | Unfit | Unanswered
