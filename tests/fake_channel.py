"""A channel that keeps what it is handed, and answers as it was told."""

import asyncio
from collections import defaultdict, deque
from decimal import Decimal

from paldies.campaigns.traits import Traits
from paldies.channels.base import DeliveryError, Doubt, Outgoing, Receipt, Rendered
from tests.factories import EMAIL

REFUSED_FOR_GOOD = DeliveryError(
    "5.1.1 no such user", permanent=True, fault="recipient", code="5.1.1", address_is_dead=True
)
REFUSED_FOR_NOW = DeliveryError("4.7.1 greylisted", permanent=False, fault="recipient", code="4.7.1")
PROVIDER_DOWN = DeliveryError("connection refused", permanent=False, fault="provider")
SILENCE = Doubt("no answer after the final dot")


class FakeChannel:
    """`answers[address]` are given in turn, after them everything is accepted; a gate can make it wait."""

    def __init__(self, traits: Traits = EMAIL, *, concurrency: int = 4) -> None:
        self.traits = traits
        self.concurrency = concurrency
        self.sent: list[Outgoing] = []
        self.answers: dict[str, deque[Exception]] = defaultdict(deque)
        self.probes: deque[DeliveryError] = deque()
        self.gate = asyncio.Event()
        self.gate.set()
        self.entered = asyncio.Event()

    def price(self, rendered: Rendered) -> Decimal:
        return Decimal(0)

    async def send(self, message: Outgoing) -> Receipt:
        self.entered.set()
        await self.gate.wait()
        if answers := self.answers[message.rendered.to]:
            raise answers.popleft()
        self.sent.append(message)
        return Receipt(f"queued as {len(self.sent)}")

    async def probe(self) -> None:
        if self.probes:
            raise self.probes.popleft()

    async def close(self) -> None:
        self.gate.set()
