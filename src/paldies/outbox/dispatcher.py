"""One channel's loop: takes what is due, asks the policy, and has sent what may go."""

import asyncio
from dataclasses import replace
from functools import partial

import structlog
from sqlalchemy.exc import OperationalError

from paldies.campaigns.decisions import Hold
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import Purpose
from paldies.channels.base import DeliveryError
from paldies.outbox.batch import Ready, decide_batch
from paldies.outbox.decided import Decided, apply
from paldies.outbox.evidence import Brief, House, gather
from paldies.outbox.plans import Plans
from paldies.outbox.queue import Waiting
from paldies.outbox.sender import Sender
from paldies.outbox.supply import BATCH, Supply
from paldies.outbox.tray import Tray, on_trays
from paldies.store import stops
from paldies.store.database import Database

log = structlog.get_logger(__name__)

_WORTH_A_WAIT = 0.001  # seconds


class Dispatcher:
    """Decides in batches; then each connection of the channel sends one message at a time."""

    def __init__(
        self, sender: Sender, *, database: Database, plans: Plans, house: House, supply: Supply
    ) -> None:
        self.channel = sender.channel
        self.breaker = sender.breaker
        self._sender = sender
        self._database = database
        self._plans = plans
        self._house = house
        self._supply = supply
        self._ready: asyncio.Queue[tuple[Ready, Tray]] = asyncio.Queue(maxsize=BATCH)
        self._in_hand: dict[int, int] = {}  # message → customer: decided, and not yet settled
        self._workers: list[asyncio.Task[None]] = []
        self._is_retired = False

    async def dispatch(self) -> None:
        """Takes everything that is due now, as far as the rate and the breaker allow."""
        if not self._workers:
            loop = asyncio.get_running_loop()
            self._workers = [loop.create_task(self._work()) for _ in range(self.channel.concurrency)]
        while not self._is_retired and await self._channel_works():
            rows = await self._supply.take(self._in_hand)
            if not rows:
                return
            ready = await self._decide(rows)
            await self._supply.give_back(len(rows) - len(ready))
            self._in_hand |= {one.brief.waiting.id: one.brief.waiting.customer_id for one in ready}
            if await self._hand_out(ready):
                return  # the tokens are used up, and other channels wait for their next look

    async def drained(self) -> None:
        """Returns once everything in hand is settled."""
        await self._ready.join()
        await self._sender.ledger.close()

    def retire(self) -> None:
        """Begins nothing new from now on; what has not begun to leave stays for the next start."""
        self._is_retired = True
        while not self._ready.empty():
            ready, _ = self._ready.get_nowait()
            self._let_go(ready)

    async def stop(self, patience: float) -> None:
        """Settles what is in flight, or leaves it `unconfirmed` after `patience` seconds of real time.

        A database that refuses every write is not waited for any longer either: what is in `sending`
        then is found in doubt at the next start.
        """
        self.retire()
        if self._in_hand:
            rest = asyncio.ensure_future(self._ready.join())
            await asyncio.wait([rest], timeout=patience)
            rest.cancel()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._sender.ledger.close(patience)
        await self.channel.close()

    async def _channel_works(self) -> bool:
        if await self._database.read(stops.why_stopped, self.channel.traits.name):
            return False
        if not self.breaker.is_open:
            return True
        if not self.breaker.may_probe(self._sender.clock.now()):
            return False
        try:
            await self.channel.probe()
        except DeliveryError as error:
            self.breaker.probe_failed(str(error), self._sender.clock.now())
            name, until = self.channel.traits.name, self.breaker.probe_at
            log.warning("channel rests on", channel=name, why=str(error), until=until)
            return False
        log.info("channel works again", channel=self.channel.traits.name)
        self.breaker.close()
        return True

    async def _decide(self, rows: list[Waiting]) -> list[Ready]:
        """What may be sent of these; what is decided about the others is written down."""
        rows.sort(key=lambda row: (row.purpose is not Purpose.SERVICE, row.send_at, row.key))
        ready, decided = decide_batch(await self._gather(rows))
        await self._write_down(decided)
        return ready

    async def _hand_out(self, ready: list[Ready]) -> bool:
        """No faster than the rate; whether that took time."""
        loop = asyncio.get_running_loop()
        began, has_waited = loop.time(), False
        trays = on_trays(ready, self._sender.compose, size=self._supply.tray)
        for place, (one, tray) in enumerate(trays):
            if (early := began + place * self._supply.gap - loop.time()) > _WORTH_A_WAIT:
                await asyncio.sleep(early)
                has_waited = True
            if self._is_retired:
                break
            await self._ready.put((one, tray))
        return has_waited

    async def _gather(self, rows: list[Waiting]) -> list[Brief]:
        """What is known about each; a row that cannot even be read is held, and the others go on."""
        try:
            return await self._database.read(
                gather,
                rows,
                self.channel.traits,
                plans=self._plans,
                house=self._house,
                in_hand=set(self._in_hand.values()),
            )
        except OperationalError:  # it is the database's fault, not a row's
            raise
        except Exception as error:
            if len(rows) > 1:
                return [brief for row in rows for brief in await self._gather([row])]
            log.exception("a message could not be judged", message=rows[0].key)
            why = Hold(Reason.UNFORESEEN, f"{type(error).__name__}: {error}")
            await self._write_down([Decided(rows[0], None, why)])
            return []

    async def _write_down(self, decided: list[Decided]) -> None:
        if not decided:
            return
        try:
            await self._database.run(apply, decided, self._plans)
        except OperationalError:
            raise
        except Exception as error:
            if len(decided) > 1:
                for one in decided:
                    await self._write_down([one])
                return
            log.exception("a decision could not be written down", message=decided[0].waiting.key)
            why = Hold(Reason.UNFORESEEN, f"{type(error).__name__}: {error}")
            decided = [replace(decided[0], decision=why)]
            await self._database.run(apply, decided, self._plans)
        for one in decided:
            decision = one.decision
            log.info(
                type(decision).__name__.lower(),
                message=one.waiting.key,
                reason=getattr(decision, "reason", None),
                until=getattr(decision, "until", None),
            )
            if isinstance(decision, Hold) and decision.note:
                topic = f"held {one.waiting.campaign}/{one.waiting.step}"
                self._sender.alerts.tell(topic, f"{one.waiting.key} waits for a person: {decision.note}")

    async def _work(self) -> None:
        while True:
            ready, tray = await self._ready.get()
            try:
                outcome = await self._sender.send(ready, tray)
                if isinstance(outcome, asyncio.Future):  # written in the same transaction as the next claim
                    outcome.add_done_callback(partial(self._let_go_of, ready))
                    continue
                if outcome is not None:
                    await self._write_down([Decided(ready.brief.waiting, ready.brief.campaign, outcome)])
            except Exception:
                log.exception("a message could not be handled", message=ready.brief.waiting.key)
            except BaseException:
                self._let_go(ready)
                raise
            self._let_go(ready)

    def _let_go_of(self, ready: Ready, _written: "asyncio.Future[None]") -> None:
        self._let_go(ready)

    def _let_go(self, ready: Ready) -> None:
        self._in_hand.pop(ready.brief.waiting.id, None)
        self._ready.task_done()
