"""Tells the shop's staff when a person should look, by e-mail and in the log."""

from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from paldies.campaigns.words import Purpose
from paldies.channels.base import Channel, DeliveryError, Doubt, Letterhead, Outgoing, Rendered
from paldies.clock import Clock

log = structlog.get_logger(__name__)

QUIET = timedelta(hours=6)  # the same topic is not mailed again sooner


class StaffAlerts:
    """Gathers what staff should know; `deliver` mails it in one message when the channel bears it."""

    def __init__(self, channel: Channel, *, to: str, sender: str, clock: Clock) -> None:
        """`to` may be empty: then there is only the log."""
        self._channel = channel
        self._to = to
        self._sender = sender
        self._clock = clock
        self._told: dict[str, datetime] = {}
        self._waiting: list[str] = []

    def tell(self, topic: str, sentence: str) -> None:
        now = self._clock.now()
        if (told := self._told.get(topic)) and now - told < QUIET:
            return
        self._told = {old: at for old, at in self._told.items() if now - at < QUIET} | {topic: now}
        log.warning("staff should look", topic=topic, sentence=sentence)
        if self._to:
            self._waiting.append(sentence)

    async def deliver(self) -> None:
        """Keeps what could not be sent for the next time."""
        if not self._waiting:
            return
        sentences, self._waiting = self._waiting, []
        if not await self.mail("paldies: please have a look", "\n\n".join(sentences) + "\n"):
            self._waiting = sentences + self._waiting

    async def mail(self, subject: str, text: str) -> bool:
        """One plain message to staff; True if it went, or if there is nobody to write to."""
        if not self._to:
            return True
        message = Outgoing(
            rendered=Rendered("staff", Letterhead(self._sender), self._to, "", subject, text),
            message_id=f"{uuid4()}@{self._sender.rpartition('@')[2].strip('<> ')}",
            key="staff",
            campaign="staff",
            purpose=Purpose.SERVICE,
            attempt_id="",
        )
        try:
            await self._channel.send(message)
        except DeliveryError as error:
            log.warning("staff could not be written to", why=str(error))
            return error.permanent
        except Doubt:
            return True  # a note to staff that came twice is worse than one that never came
        return True
