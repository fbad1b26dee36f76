"""The e-mail channel: from a rendered message to the mail server's receipt."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol

from paldies.campaigns.traits import ALWAYS, Traits, Window
from paldies.campaigns.words import AddressKind, Purpose
from paldies.channels.base import DeliveryError, Letterhead, Outgoing, Receipt, Rendered
from paldies.channels.email import verdicts
from paldies.channels.email.address import AddressError, mailbox, on_the_wire
from paldies.channels.email.connection import Connector
from paldies.channels.email.envelope import Envelope
from paldies.channels.email.headers import message_fields, sender_id
from paldies.channels.email.mime import Skeleton
from paldies.channels.email.patience import Patience
from paldies.channels.email.pool import Pool
from paldies.channels.email.server import Server, Tls

# While one message of a connection is on its way, the next is filled in, claimed, and introduced behind it.
_PER_CONNECTION = 2
_NOTHING = Decimal(0)
_KEPT_SKELETONS = 64  # texts in use at the same time; one with attachments may weigh some megabytes

TRAITS = Traits(
    name="email",
    address=AddressKind.EMAIL,
    needs_consent=frozenset({Purpose.PROMOTIONAL}),
    soft_opt_in=True,
    needs_way_out=True,
    windows={Purpose.SERVICE: ALWAYS, Purpose.PROMOTIONAL: Window(opens=8 * 60, closes=21 * 60)},
)


class Signs(Protocol):
    def signed(self, content: bytes, *, at: int) -> bytes:
        """The message with a signature on top; `at` is the second of signing, as Unix counts."""
        ...


class EmailChannel:
    """Hands messages to one mail server over kept connections.

    `url` is smtp://… (STARTTLS) or smtps://…; `sender` is the shop's own mailbox. What comes back goes to its
    address, or to `bounces_to`, which has to take mail for `bounces_to+anything` as well (VERP).
    Without a `signer` the mail server is trusted to sign, as most do.
    Raises ValueError for a URL or a sender that cannot be used.
    """

    traits = TRAITS

    def __init__(
        self,
        url: str,
        sender: str,
        *,
        connections: int = 16,
        tls: Tls = "auto",
        feedback_sender: str = "",
        bounces_to: str = "",
        signer: Signs | None = None,
        patience: Patience | None = None,
    ) -> None:
        patience = patience or Patience()
        self.concurrency = _PER_CONNECTION * connections
        self._mailbox = sender
        self._sender = mailbox(sender)[1]
        self._bounces_to = bounces_to.rpartition("@")
        domain = self._sender.rpartition("@")[2]
        self._sender_id = sender_id(feedback_sender or domain)
        self._connector = Connector(Server.from_url(url, tls=tls), hello=domain, patience=patience)
        self._pool = Pool(self._connector, size=connections)
        self._skeleton = lru_cache(maxsize=_KEPT_SKELETONS)(self._build_skeleton)
        self._signer = signer

    def price(self, rendered: Rendered) -> Decimal:
        """See Channel.price: a mail server counts no single letters."""
        return _NOTHING

    async def send(self, message: Outgoing) -> Receipt:
        """Raises DeliveryError only when nothing surely left, Doubt when it may have.

        When cancelled after the message's last byte, it leaves the same doubt.
        """
        outcome = await self._pool.send(
            self._envelope(message), deadline=message.deadline, written=message.written
        )
        return verdicts.receipt(outcome)

    async def probe(self) -> None:
        """Connects, secures, logs in, says good-bye. Raises DeliveryError."""
        wire = await self._connector.open()
        await wire.quit()

    async def close(self) -> None:
        await self._pool.close()

    def _envelope(self, message: Outgoing) -> Envelope:
        rendered = message.rendered
        try:
            recipient = on_the_wire(rendered.to)
        except AddressError as error:
            raise DeliveryError(
                f"The address cannot be written to: {error}",
                permanent=True,
                fault="recipient",
                code="address",
            ) from error
        now = int(time.time())
        try:
            skeleton = self._skeleton(
                rendered.text_version, rendered.letterhead, has_html=bool(rendered.html)
            )
            fields = message_fields(message, to=recipient, date=_date(now), sender_id=self._sender_id)
        except ValueError as error:
            raise DeliveryError(str(error), permanent=True, fault="us", code="header") from error
        content = skeleton.filled(fields, text=rendered.text, html=rendered.html)
        if self._signer:
            content = self._signer.signed(content, at=now)
        return Envelope(self._return_path(message), recipient, content)

    def _return_path(self, message: Outgoing) -> str:
        """Names the message where every bounce has to come back to, as its Message-ID does."""
        name, at, domain = self._bounces_to
        return f"{name}+{message.message_id.partition('@')[0]}@{domain}" if at else self._sender

    def _build_skeleton(self, text_version: str, letterhead: Letterhead, *, has_html: bool) -> Skeleton:
        if not letterhead.sender:
            letterhead = replace(letterhead, sender=self._mailbox)
        return Skeleton(letterhead, has_html=has_html)


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    """The Date field of everything that leaves within the same second (RFC 5322 3.3)."""
    return format_datetime(datetime.fromtimestamp(second, UTC))
