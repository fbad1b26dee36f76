"""A mail server on this machine that keeps what it receives; it turns some away, as real ones do."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from paldies.clock import Clock
from paldies.demo.story.cast import ASKS_TO_COME_BACK, NO_SUCH_MAILBOX

_MESSAGE_ID = re.compile(r"^Message-ID:\s*<([^>]+)>", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Mail:
    """One message that was accepted, with the demo's time at which it was."""

    arrived_at: datetime
    recipient: str
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @cached_property
    def id(self) -> str:
        """Its Message-ID without the angle brackets; parsing all of it would take a hundred times as long."""
        found = _MESSAGE_ID.search(self.head)
        return found[1] if found else ""

    def body(self, kind: str) -> str:
        """`html` or `plain`; empty if it has none."""
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""

    @property
    def head(self) -> str:
        """The header fields as they came over the wire."""
        return self.content.partition(b"\r\n\r\n")[0].decode("ascii", "replace")


class MailServer:
    """aiosmtpd in the loop that enters it, on a free port of 127.0.0.1."""

    def __init__(self, clock: Clock, folder: Path) -> None:
        """`folder` takes each mail as a file that mail programs open."""
        self.mails: list[Mail] = []
        self._clock = clock
        self._folder = folder
        folder.mkdir()
        self._met: set[str] = set()  # addresses that were asked to come back
        self._listening: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self._listening  # noqa: S101 - read only while it listens
        return int(self._listening.sockets[0].getsockname()[1])

    async def __aenter__(self) -> "MailServer":
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(
            lambda: SMTP(self, loop=loop, enable_SMTPUTF8=True, ident="the demo's mail server"),
            "127.0.0.1",
            0,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listening:
            self._listening.close()

    # aiosmtpd calls these

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        domain = address.rpartition("@")[2]
        if domain == NO_SUCH_MAILBOX:
            return "550 5.1.1 There is no such mailbox here"
        if domain == ASKS_TO_COME_BACK and address not in self._met:
            self._met.add(address)
            return "451 4.7.1 Greylisted, please come back in some minutes"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)  # noqa: S101 - aiosmtpd decodes only when told to
        for recipient in envelope.rcpt_tos:
            self.mails.append(Mail(self._clock.now(), recipient, content))
            (self._folder / f"{len(self.mails):04}.eml").write_bytes(content)
        return f"250 2.0.0 kept as {len(self.mails)}"
