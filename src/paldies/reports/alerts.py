"""Tells the shop's staff when a person should look: by e-mail, by pager, and in the log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from paldies.campaigns.words import Purpose
from paldies.channels.base import Channel, DeliveryError, Doubt, Letterhead, Outgoing, Rendered
from paldies.clock import Clock
from paldies.reports.pager import Pager
from paldies.reports.told import is_first_to_tell
from paldies.store.database import Database

log = structlog.get_logger(__name__)

_SUBJECT = "paldies: please have a look"
QUIET = timedelta(hours=6)  # the same topic is not mailed again sooner


class StaffAlerts:
    """Gathers what staff should know; `deliver` mails it in one message when the channel bears it."""

    def __init__(
        self,
        channel: Channel,
        *,
        to: str,
        sender: str,
        clock: Clock,
        pager: Pager | None = None,
        told_by_all: Database | None = None,
    ) -> None:
        """`to` may be empty: then there is only the log, and the pager.

        `told_by_all`: where several processes keep what they have told, so that each thing is told once.
        """
        self._channel = channel
        self._to = to
        self._sender = sender
        self._clock = clock
        self._pager = pager
        self._told_by_all = told_by_all
        self._told: dict[str, datetime] = {}
        self._news: list[tuple[str, str]] = []  # topic and sentence
        self._waiting: list[str] = []  # sentences that are ours to tell

    def tell(self, topic: str, sentence: str) -> None:
        now = self._clock.now()
        if (told := self._told.get(topic)) and now - told < QUIET:
            return
        self._told = {old: at for old, at in self._told.items() if now - at < QUIET} | {topic: now}
        log.warning("staff should look", topic=topic, sentence=sentence)
        if self._to or self._pager:
            self._news.append((topic, sentence))

    async def deliver(self) -> None:
        """Keeps what could not be sent for the next time."""
        news, self._news = self._news, []
        self._waiting += [sentence for topic, sentence in news if await self._is_ours(topic)]
        if not self._waiting:
            return
        sentences, self._waiting = self._waiting, []
        if not await self._reach(_SUBJECT, "\n\n".join(sentences) + "\n", [self._to]):
            self._waiting = sentences + self._waiting

    async def _is_ours(self, topic: str) -> bool:
        if self._told_by_all is None:
            return True
        return await self._told_by_all.run(is_first_to_tell, topic, self._clock.now(), quiet=QUIET)

    async def tell_now(self, topic: str, subject: str, text: str, *, to: Sequence[str]) -> bool:
        """One thing to certain people, without waiting for others; False if nobody could be reached."""
        log.warning("staff should look", topic=topic, sentence=text.partition("\n")[0])
        return await self._reach(subject, text, to)

    async def mail(self, subject: str, text: str, *, to: str = "") -> bool:
        """One plain message to one of them, or to all; True if it went, or if there is nobody to write to."""
        return await self._mail_to(to or self._to, subject, text)

    async def _reach(self, subject: str, text: str, to: Sequence[str]) -> bool:
        """By every way there is; one of them is enough."""
        paged = await self._pager.page(subject, text) if self._pager else False
        mailed = [await self._mail_to(one, subject, text) for one in to if one]
        return paged or (all(mailed) and (bool(mailed) or self._pager is None))

    async def _mail_to(self, to: str, subject: str, text: str) -> bool:
        if not to:
            return True
        message = Outgoing(
            rendered=Rendered("staff", Letterhead(self._sender), to, "", subject, text),
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
