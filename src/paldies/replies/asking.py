"""Asks providers what became of what has left, and whether it has left where that is in doubt."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import MessageStatus
from paldies.channels.base import Answerable, DeliveryError, Report, Trace
from paldies.clock import Clock
from paldies.faults import Point, reach
from paldies.outbox.composer import opened
from paldies.outbox.plans import Plans
from paldies.replies import deliveries
from paldies.store.database import Database
from paldies.store.schema import attempts, messages
from paldies.store.statuses import has_status

log = structlog.get_logger(__name__)

AT_ONCE = 50  # questions to one provider in one round
ASK_AGAIN = timedelta(minutes=1)  # when the provider could not be asked
LET_IT_SETTLE = timedelta(seconds=30)  # a provider's list may lag behind what it has accepted

_UNCONFIRMED = has_status(MessageStatus.UNCONFIRMED)


class Awaited(NamedTuple):
    """A message whose answer is due."""

    message_id: int
    key: str
    channel: str
    receipt: str


class Asking:
    """One round for each channel whose provider can be asked."""

    def __init__(
        self, channels: Sequence[Answerable], *, database: Database, plans: Plans, clock: Clock
    ) -> None:
        self._channels = {channel.traits.name: channel for channel in channels}
        self._database = database
        self._plans = plans
        self._clock = clock

    async def follow_up(self) -> None:
        """Asks about every message whose answer is due."""
        for name in self._channels:
            awaited = await self._database.read(_awaited, name, self._clock.now())
            await asyncio.gather(*map(self.ask, awaited))

    async def ask(self, one: Awaited) -> None:
        """What became of one message; if nobody can say now, it is asked again later."""
        report = await _answer(self._channels[one.channel], one)
        if report is None:
            await self._database.run(_ask_later, one.message_id, self._clock.now() + ASK_AGAIN)
            return
        reach(Point.REPORTED)
        is_news = await self._database.run(
            deliveries.record, one.message_id, report, plans=self._plans, now=self._clock.now()
        )
        if is_news:
            log.info(report.kind.value, message=one.key, note=report.note or None)

    async def trace(self) -> None:
        """Looks for what may have left; what cannot be found stays in doubt until its step expires."""
        for name, channel in self._channels.items():
            for message_id, trace in await self._database.read(_in_doubt, name, self._clock.now()):
                try:
                    receipt = await channel.find(trace)
                except DeliveryError as error:
                    log.warning("the provider cannot be asked now", channel=name, why=str(error))
                    break
                if receipt:
                    reach(Point.FOUND)
                    now = self._clock.now()
                    await self._database.run(deliveries.settle, message_id, receipt, now=now)
                    log.info("found again", channel=name, receipt=receipt.id)


async def _answer(channel: Answerable, one: Awaited) -> Report | None:
    """None if there is none to be had now, whatever the cause."""
    try:
        return await channel.report(one.receipt)
    except DeliveryError as error:
        log.warning("the provider cannot be asked now", channel=channel.traits.name, why=str(error))
    except Exception:
        log.exception("an answer could not be understood", message=one.key)
    return None


def _awaited(session: Session, channel: str, now: datetime) -> list[Awaited]:
    wanted = (
        select(messages.c.id, messages.c.key, messages.c.channel, messages.c.receipt)
        .where(messages.c.channel == channel, messages.c.look_at <= now)
        .order_by(messages.c.look_at)
        .limit(AT_ONCE)
    )
    return [Awaited(*row) for row in session.execute(wanted)]


def _ask_later(session: Session, message_id: int, at: datetime) -> None:
    session.execute(
        update(messages)
        .where(messages.c.id == message_id, messages.c.look_at.is_not(None))
        .values(look_at=at)
    )


def _in_doubt(session: Session, channel: str, now: datetime) -> list[tuple[int, Trace]]:
    wanted = (
        select(messages.c.id, messages.c.claimed_at, attempts.c.claim_id, attempts.c.address)
        .add_columns(attempts.c.content)
        .join_from(messages, attempts, attempts.c.claim_id == messages.c.claim_id)
        .where(_UNCONFIRMED, messages.c.channel == channel, messages.c.claimed_at <= now - LET_IT_SETTLE)
        .order_by(messages.c.claimed_at)
        .limit(AT_ONCE)
    )
    return [
        (
            row.id,
            Trace(
                attempt_id=row.claim_id,
                to=row.address,
                text=opened(row.content)[1] if row.content else "",
                began_at=row.claimed_at,
                known=_receipts(session, channel, row.address, since=row.claimed_at),
            ),
        )
        for row in session.execute(wanted).all()
    ]


def _receipts(session: Session, channel: str, address: str, *, since: datetime) -> frozenset[str]:
    """Of other messages to the same number, which a household may share."""
    found = session.scalars(
        select(messages.c.receipt)
        .join_from(messages, attempts, attempts.c.claim_id == messages.c.claim_id)
        .where(messages.c.channel == channel, messages.c.receipt != "", attempts.c.address == address)
        .where(attempts.c.started_at >= since - timedelta(days=1), attempts.c.cost > 0)
    )
    return frozenset(found)
