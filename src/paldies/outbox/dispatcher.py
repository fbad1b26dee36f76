"""One channel's loop: takes what is due, asks the policy, and sends what may go."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Protocol

import structlog

from paldies.campaigns.decisions import Hold
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus, Purpose
from paldies.channels.base import Channel, DeliveryError, Doubt
from paldies.clock import Clock
from paldies.faults import Point, reach
from paldies.logs import masked
from paldies.outbox import queue
from paldies.outbox.batch import Ready, decide_batch
from paldies.outbox.breaker import Breaker
from paldies.outbox.claims import Claim, Settlement
from paldies.outbox.composer import Composed, Composer, RenderFault
from paldies.outbox.evidence import Brief, House, gather
from paldies.outbox.ledger import Ledger
from paldies.outbox.plans import Plans
from paldies.outbox.queue import Decided
from paldies.outbox.rate import Rate
from paldies.outbox.settling import after_error, after_success, in_doubt, is_about_the_channel
from paldies.store.database import Database

log = structlog.get_logger(__name__)

BATCH = 500
STALE_AFTER = 5.0  # seconds of real time after which a decision is taken again
BEGIN_WITHIN = 60.0  # seconds of real time in which a claimed message must have begun to leave


class Alerts(Protocol):
    """Who is told when a person should look."""

    def tell(self, topic: str, sentence: str) -> None: ...


class Dispatcher:
    """Decides in batches; then each connection claims, sends and settles one message at a time."""

    def __init__(
        self,
        *,
        channel: Channel,
        composer: Composer,
        database: Database,
        ledger: Ledger,
        plans: Plans,
        house: House,
        clock: Clock,
        rate: Rate,
        alerts: Alerts,
        process: str,
    ) -> None:
        self.channel = channel
        self.breaker = Breaker()
        self._composer = composer
        self._database = database
        self._ledger = ledger
        self._plans = plans
        self._house = house
        self._clock = clock
        self._rate = rate
        self._alerts = alerts
        self._process = process  # who claims
        self._ready: asyncio.Queue[Ready] = asyncio.Queue(maxsize=BATCH)
        self._in_hand: dict[int, int] = {}  # message → customer: decided, and not yet settled
        self._workers: list[asyncio.Task[None]] = []
        self._numbers = count(1)

    async def dispatch(self) -> None:
        """Takes everything that is due now, as far as the rate and the breaker allow."""
        if not self._workers:
            loop = asyncio.get_running_loop()
            self._workers = [loop.create_task(self._work()) for _ in range(self.channel.concurrency)]
        while await self._channel_works():
            tokens = self._rate.take(BATCH, self._clock.now())
            ready = await self._next_batch(tokens) if tokens else None
            self._rate.give_back(tokens - len(ready or ()))
            if ready is None:
                return
            self._in_hand |= {one.brief.waiting.id: one.brief.waiting.customer_id for one in ready}
            for one in ready:
                await self._ready.put(one)

    async def drained(self) -> None:
        """Returns once everything in hand is settled."""
        await self._ready.join()
        await self._ledger.close()

    async def stop(self, patience: float) -> None:
        """Settles what is in flight, or leaves it `unconfirmed` after `patience` seconds of real time."""
        while not self._ready.empty():
            self._let_go(self._ready.get_nowait())
        if self._in_hand:
            rest = asyncio.ensure_future(self._ready.join())
            await asyncio.wait([rest], timeout=patience)
            rest.cancel()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._ledger.close()
        await self.channel.close()

    async def _channel_works(self) -> bool:
        if not self.breaker.is_open:
            return True
        if not self.breaker.may_probe(self._clock.now()):
            return False
        try:
            await self.channel.probe()
        except DeliveryError as error:
            self.breaker.probe_failed(str(error), self._clock.now())
            return False
        log.info("channel works again", channel=self.channel.traits.name)
        self.breaker.close()
        return True

    async def _next_batch(self, most: int) -> list[Ready] | None:
        """What may be sent of the next due messages; None if nothing is due that is not in hand already."""
        now = self._clock.now()
        traits = self.channel.traits
        due = await self._database.read(queue.due, traits.name, now, most + len(self._in_hand))
        rows = [row for row in due if row.id not in self._in_hand][:most]
        if not rows:
            return None
        rows.sort(key=lambda row: (row.purpose is not Purpose.SERVICE, row.send_at, row.key))
        briefs = await self._database.read(
            gather,
            rows,
            traits,
            plans=self._plans,
            house=self._house,
            in_hand=set(self._in_hand.values()),
            now=now,
        )
        ready, decided = decide_batch(briefs, now)
        await self._write_down(decided)
        return ready

    async def _write_down(self, decided: list[Decided]) -> None:
        if not decided:
            return
        await self._database.run(queue.apply, decided, self._plans, now=self._clock.now())
        for one in decided:
            decision = one.decision
            log.info(
                type(decision).__name__.lower(),
                message=one.waiting.key,
                reason=getattr(decision, "reason", None),
                until=getattr(decision, "until", None),
            )

    async def _work(self) -> None:
        while True:
            ready = await self._ready.get()
            try:
                await self._handle(ready)
            except Exception:
                log.exception("settling a message went wrong", message=ready.brief.waiting.key)
            finally:
                self._let_go(ready)

    def _let_go(self, ready: Ready) -> None:
        self._in_hand.pop(ready.brief.waiting.id, None)
        self._ready.task_done()

    async def _handle(self, ready: Ready) -> None:
        if self.breaker.is_open or time.monotonic() - ready.decided_at > STALE_AFTER:
            return
        try:
            composed = self._composer.compose(ready.brief)
        except RenderFault as fault:
            await self._hold(ready.brief, Hold(Reason.TEMPLATE_FAULT, str(fault)))
            return
        except Exception as error:
            log.exception("a message could not be composed", message=ready.brief.waiting.key)
            await self._hold(ready.brief, Hold(Reason.UNFORESEEN, f"{type(error).__name__}: {error}"))
            return
        claim = self._claim(ready, composed)
        reach(Point.BEFORE_CLAIM)
        if not await self._ledger.claim(claim):
            return  # somebody got there first, or something about the customer has changed: look again
        reach(Point.CLAIMED)
        settlement = await self._send(ready, claim, composed)
        reach(Point.SENT)
        await self._ledger.settle(settlement)
        reach(Point.SETTLED)
        self._tell(ready, settlement)

    async def _hold(self, brief: Brief, hold: Hold) -> None:
        """Keeps one message back for a person; everything else goes on."""
        row = brief.waiting
        await self._write_down([Decided(row, brief.campaign, hold)])
        self._alerts.tell(f"held {row.campaign}/{row.step}", f"{row.key} waits for a person: {hold.note}")

    def _claim(self, ready: Ready, composed: Composed) -> Claim:
        row, now = ready.brief.waiting, self._clock.now()
        return Claim(
            id=f"{self._process}.{next(self._numbers)}",
            message_id=row.id,
            customer_id=row.customer_id,
            revision=row.revision,
            by=self._process,
            at=now,
            deadline_at=now + timedelta(seconds=BEGIN_WITHIN),
            expires_at=ready.decision.expires_at,
            rfc_id=composed.outgoing.message_id,
            address=composed.outgoing.rendered.to,
            locale=composed.outgoing.rendered.locale,
            text_version=composed.outgoing.rendered.text_version,
            content=composed.content,
            is_late_seen=row.is_late_seen,
        )

    async def _send(self, ready: Ready, claim: Claim, composed: Composed) -> Settlement:
        deadline = time.monotonic() + BEGIN_WITHIN
        outgoing = replace(composed.outgoing, attempt_id=claim.id, deadline=deadline)
        brief = ready.brief
        try:
            receipt = await self.channel.send(outgoing)
        except DeliveryError as error:
            if is_about_the_channel(error) and self.breaker.trip(str(error), self._clock.now()):
                log.warning("channel rests", channel=brief.waiting.channel, why=str(error))
                self._alerts.tell(f"channel {brief.waiting.channel}", f"Nothing can be sent: {error}")
            return after_error(brief, claim, error, self._clock.now())
        except Doubt as doubt:
            return in_doubt(brief, claim, str(doubt), self._clock.now())
        except asyncio.CancelledError:
            self._ledger.note(in_doubt(brief, claim, "stopped while it was leaving", self._clock.now()))
            raise
        except Exception as error:
            log.exception("a channel broke its word", message=brief.waiting.key)
            return in_doubt(brief, claim, f"{type(error).__name__}: {error}", self._clock.now())
        self.breaker.sent()
        return after_success(brief, claim, receipt, self._clock.now())

    def _tell(self, ready: Ready, settlement: Settlement) -> None:
        event = "try again" if settlement.status is MessageStatus.SCHEDULED else settlement.status.value
        log.info(
            event,
            message=ready.brief.waiting.key,
            channel=ready.brief.waiting.channel,
            to=masked(ready.brief.facts.address),
            reason=settlement.reason or None,
            note=settlement.note or None,
            until=settlement.send_at,
        )
