"""What every channel does: take a rendered message to one person, and say how it went."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from paldies.campaigns.traits import Traits
from paldies.campaigns.words import Purpose

Fault = Literal["recipient", "us", "provider"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider took it; `id` is what the provider calls it."""

    id: str


class DeliveryError(Exception):
    """Nothing left, for sure.

    `permanent`: trying again in this form is useless. `fault` says whose it is: only "recipient" may ever be
    held against an address, and only if `address_is_dead`; "us" and "provider" trip the channel's breaker.
    """

    def __init__(
        self, message: str, *, permanent: bool, fault: Fault, code: str = "", address_is_dead: bool = False
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.fault: Fault = fault
        self.code = code
        self.address_is_dead = address_is_dead


class Doubt(Exception):
    """It may have left: the line went silent after the point of no return."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The part of a text that stays the same for every recipient of one text version."""

    sender: str  # From: a mailbox, `Anna <anna@example.com>`
    reply_to: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message, filled in: what the channel has to say, to whom.

    `text_version` names the text it came from, so that a channel may keep what it prepared for it.
    """

    text_version: str
    letterhead: Letterhead
    to: str  # normalised address or number
    to_name: str
    subject: str
    text: str
    html: str = ""
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is handed to a channel: the rendered message, and what the outbox knows about it."""

    rendered: Rendered
    message_id: str  # RFC 5322 Message-ID without angle brackets, made once per message
    key: str
    campaign: str
    purpose: Purpose
    attempt_id: str  # ours; providers hand it back
    deadline: float = field(default=float("inf"))  # monotonic clock: not to be started after it
    unsubscribe_url: str = ""
    window_closes_at: datetime | None = None


class Channel(Protocol):
    """One way of reaching a person."""

    traits: Traits
    concurrency: int  # how many sends may be under way at once

    async def send(self, message: Outgoing) -> Receipt:
        """Hands one message over.

        Raises DeliveryError only when nothing surely left, Doubt when it may have.
        """
        ...

    async def probe(self) -> None:
        """Raises DeliveryError if the provider cannot be used now (address, credentials, TLS)."""
        ...

    async def close(self) -> None: ...
