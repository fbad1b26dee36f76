"""What every channel does: take a rendered message to one person, and say how it went."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, Protocol, runtime_checkable

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.traits import Traits
from paldies.campaigns.words import Purpose
from paldies.value import value

Fault = Literal["recipient", "us", "provider"]


@value
class Receipt:
    """The provider took it; `id` is what the provider calls it.

    `ask_after`: from when on `Answerable.report` can say more; None if nothing more will be known.
    """

    id: str
    ask_after: timedelta | None = None


class DeliveryError(Exception):
    """Nothing left, for sure.

    `permanent`: trying again in this form is useless. `fault` says whose it is: only "recipient" may ever be
    held against an address, and only if `address_is_dead`; "us" and "provider" trip the channel's breaker,
    unless `permanent` or `NotBegun`.
    """

    def __init__(
        self, message: str, *, permanent: bool, fault: Fault, code: str = "", address_is_dead: bool = False
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.fault: Fault = fault
        self.code = code
        self.address_is_dead = address_is_dead


class NotBegun(DeliveryError):
    """Its time to begin had passed while others were sent: it goes back as it was, and nothing is broken."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=False, fault="us", code="deadline")


class Doubt(Exception):
    """It may have left: the line went silent after the point of no return."""


@value
class Attachment:
    name: str
    media_type: str
    content: bytes


@value
class Letterhead:
    """The part of a text that stays the same for every recipient of one text version."""

    sender: str  # From: a mailbox, `Anna <anna@example.com>`
    reply_to: str = ""
    attachments: tuple[Attachment, ...] = ()


@value
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
    voicemail: str = ""  # what an answering machine is told; empty: nothing


@value
class Outgoing:
    """What is handed to a channel: the rendered message, and what the outbox knows about it."""

    rendered: Rendered
    message_id: str  # RFC 5322 Message-ID without angle brackets, made once per message
    key: str
    campaign: str
    purpose: Purpose
    attempt_id: str  # ours; providers hand it back
    deadline: float = field(default=float("inf"))  # monotonic clock: not to be started after it
    written: "asyncio.Future[None] | None" = None  # done once what became of it is on record
    unsubscribe_url: str = ""
    callback_url: str = ""  # of this attempt, as the provider reaches us; empty: it cannot
    must_arrive_by: datetime | None = None  # UTC: later it would come at a wrong hour, or too late
    answer_by: datetime | None = None  # UTC: until when somebody's answer is waited for


class Channel(Protocol):
    """One way of reaching a person."""

    traits: Traits
    concurrency: int  # how many sends may be under way at once

    def price(self, rendered: Rendered) -> Decimal:
        """About what handing it over costs, in major units of the budget's currency."""
        ...

    async def send(self, message: Outgoing) -> Receipt:
        """Hands one message over.

        Raises DeliveryError only when nothing surely left, Doubt when it may have.
        """
        ...

    async def probe(self) -> None:
        """Raises DeliveryError if the provider cannot be used now (address, credentials, TLS)."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a message after it has left.

    `id` names this piece of news among all of its channel's, so that the same news counts once.
    """

    kind: DeliveryKind
    id: str
    at: datetime  # UTC
    note: str = ""
    ask_after: timedelta | None = None  # when to ask again, unless the kind is final
    address_is_dead: bool = False  # nothing can ever reach this address on this channel
    wants_no_more: bool = False  # the customer has refused this channel at the provider


@dataclass(frozen=True, slots=True)
class Trace:
    """What there is to find a message by of which we do not know whether it has left."""

    attempt_id: str
    to: str
    text: str
    began_at: datetime  # UTC: it left no earlier
    known: frozenset[str]  # receipts of other messages to the same address since then


@runtime_checkable
class Answerable(Protocol):
    """A channel that can be asked what became of a message."""

    traits: Traits

    async def report(self, receipt: str) -> Report:
        """Raises DeliveryError if it cannot be asked now."""
        ...

    async def find(self, trace: Trace) -> Receipt | None:
        """Looks for a message that may have left; None if there is no sign of it (yet).

        Raises DeliveryError if it cannot be asked now.
        """
        ...
