"""Sends one message that may go: fills it in, claims it, hands it over, settles it."""

import asyncio
import time
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Protocol

import structlog

from paldies.campaigns.decisions import Decision, Defer, Hold, Skip
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.channels.base import Channel, DeliveryError, Doubt, Outgoing
from paldies.clock import Clock
from paldies.faults import Point, reach
from paldies.logs import masked
from paldies.outbox.batch import Ready
from paldies.outbox.breaker import Breaker
from paldies.outbox.budget import Budget
from paldies.outbox.claims import Claim
from paldies.outbox.composer import Composed, Composer, RenderFault
from paldies.outbox.evidence import Brief
from paldies.outbox.ledger import Ledger
from paldies.outbox.links import Links
from paldies.outbox.settlements import Settlement
from paldies.outbox.settling import after_error, after_success, in_doubt, is_about_the_channel
from paldies.outbox.tray import Tray

log = structlog.get_logger(__name__)

STALE_AFTER = 5.0  # seconds of real time after which a decision is taken again
BEGIN_WITHIN = 60.0  # seconds of real time in which a claimed message must have begun to leave


class Alerts(Protocol):
    """Who is told when a person should look."""

    def tell(self, topic: str, sentence: str) -> None: ...


class Sender:
    """What each connection of a channel does with a message, many of them at once."""

    def __init__(
        self,
        channel: Channel,
        composer: Composer,
        *,
        ledger: Ledger,
        clock: Clock,
        alerts: Alerts,
        budget: Budget,
        links: Links,
        process: str,
    ) -> None:
        """`process` is who claims."""
        self.channel = channel
        self.breaker = Breaker()
        self.ledger = ledger
        self.clock = clock
        self.alerts = alerts
        self._composer = composer
        self._budget = budget
        self._links = links
        self._process = process
        self._numbers = count(1)
        self._untold: list[tuple[Brief, Settlement]] = []
        self._log = log.bind()  # made once: to make one for each line takes a quarter of its time

    def compose(self, ready: Ready) -> Composed | Hold:
        """What would leave now; or why it waits for a person."""
        try:
            return self._composer.compose(ready.brief, self.clock.now(), expires_at=ready.decision.expires_at)
        except RenderFault as fault:
            return Hold(Reason.TEMPLATE_FAULT, str(fault))
        except Exception as error:
            log.exception("a message could not be composed", message=ready.brief.waiting.key)
            return Hold(Reason.UNFORESEEN, f"{type(error).__name__}: {error}")

    async def send(self, ready: Ready, tray: Tray) -> "Decision | asyncio.Future[None] | None":
        """What keeps it from leaving; or the settlement, done once written; or None: look at it again."""
        if self.breaker.is_open or time.monotonic() - ready.decided_at > STALE_AFTER:
            return None
        composed = tray.take(ready)
        if isinstance(composed, Hold):
            return composed
        price = self.channel.price(composed.rendered)
        if beyond := self._beyond_budget(ready, price):
            return beyond
        deadline = time.monotonic() + BEGIN_WITHIN  # from before the claim, which others reckon from
        claim = self._claim(ready, composed, cost=price)
        reach(Point.BEFORE_CLAIM)
        if not await self.ledger.claim(claim):
            self._budget.spend(-claim.cost)
            return None  # somebody got there first, or something about the customer has changed
        reach(Point.CLAIMED)
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        settlement = await self._hand_over(ready, claim, composed, deadline=deadline, written=written)
        reach(Point.SENT)
        self.ledger.note(settlement, written)
        written.add_done_callback(lambda _: self._was_written(ready, settlement))
        return written

    def _beyond_budget(self, ready: Ready, price: Decimal) -> Defer | Skip | None:
        """Takes what it costs from the day's budget; says what becomes of it if there is not enough."""
        until = self._budget.closed_until(price, self.clock.now())
        if until is None:
            self._budget.spend(price)
            return None
        self.alerts.tell("budget", "The day's budget for calls and text messages is spent.")
        expires_at = ready.decision.expires_at
        if until > expires_at:
            return Skip(Reason.BUDGET_SPENT)
        return Defer(until, Reason.BUDGET_SPENT, expires_at)

    def _claim(self, ready: Ready, composed: Composed, *, cost: Decimal) -> Claim:
        row, now = ready.brief.waiting, self.clock.now()
        return Claim(
            id=f"{self._process}.{self.channel.traits.name}.{next(self._numbers)}",
            message_id=row.id,
            customer_id=row.customer_id,
            revision=row.revision,
            by=self._process,
            at=now,
            deadline_at=now + timedelta(seconds=BEGIN_WITHIN),
            expires_at=ready.decision.expires_at,
            rfc_id=composed.message_id,
            address=composed.rendered.to,
            locale=composed.rendered.locale,
            text_version=composed.rendered.text_version,
            content=composed.content,
            is_late_seen=row.is_late_seen,
            cost=cost,
        )

    async def _hand_over(
        self,
        ready: Ready,
        claim: Claim,
        composed: Composed,
        *,
        deadline: float,
        written: "asyncio.Future[None]",
    ) -> Settlement:
        brief = ready.brief
        outgoing = Outgoing(
            rendered=composed.rendered,
            message_id=composed.message_id,
            key=brief.waiting.key,
            campaign=brief.waiting.campaign,
            purpose=brief.waiting.purpose,
            attempt_id=claim.id,
            deadline=deadline,
            written=written,
            unsubscribe_url=composed.unsubscribe_url,
            callback_url=self._links.callback(claim.id),
            must_arrive_by=composed.must_arrive_by,
            answer_by=composed.answer_by,
        )
        try:
            receipt = await self.channel.send(outgoing)
        except DeliveryError as error:
            self._budget.spend(-claim.cost)
            if error.fault == "us" and error.permanent:
                self.alerts.tell(f"refused {error.code}", f"{brief.waiting.key} cannot be sent: {error}")
            if is_about_the_channel(error) and self.breaker.trip(str(error), self.clock.now()):
                log.warning("channel rests", channel=brief.waiting.channel, why=str(error))
                self.alerts.tell(f"channel {brief.waiting.channel}", f"Nothing can be sent: {error}")
            return after_error(brief, claim, error, self.clock.now())
        except Doubt as doubt:
            return in_doubt(brief, claim, str(doubt), self.clock.now())
        except asyncio.CancelledError:
            why = "stopped while it was leaving"
            self.ledger.note(in_doubt(brief, claim, why, self.clock.now()), written)
            raise
        except Exception as error:
            log.exception("a channel broke its word", message=brief.waiting.key)
            return in_doubt(brief, claim, f"{type(error).__name__}: {error}", self.clock.now())
        self.breaker.sent()
        return after_success(brief, claim, receipt, self.clock.now())

    def _was_written(self, ready: Ready, settlement: Settlement) -> None:
        """All of a wave are told of together, after whatever else waited for them has begun."""
        if not self._untold:
            asyncio.get_running_loop().call_soon(self._tell)
        self._untold.append((ready.brief, settlement))

    def _tell(self) -> None:
        reach(Point.SETTLED)
        untold, self._untold = self._untold, []
        for brief, settlement in untold:
            is_back = settlement.status is MessageStatus.SCHEDULED
            self._log.info(
                "try again" if is_back else settlement.status.value,
                message=brief.waiting.key,
                channel=brief.waiting.channel,
                to=masked(brief.facts.address),
                reason=settlement.reason or None,
                note=settlement.note or settlement.receipt or None,
                until=settlement.send_at,
            )
