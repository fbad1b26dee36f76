"""Providers that never touch a wire, and behave as a simulation is told."""

import math
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.traits import Traits
from paldies.channels import TRAITS
from paldies.channels.base import Channel, DeliveryError, Outgoing, Receipt, Rendered, Report, Trace
from paldies.channels.call import speaking
from paldies.channels.sms.segments import segments
from paldies.channels.sms.wording import worded
from paldies.clock import Clock
from paldies.settings import Settings
from paldies.simulation.behaviour import Behaviour

PRICED_BY_TEXT = frozenset({"call", "sms"})  # channels: how long it is decides what it costs
_RUNG_FOR = timedelta(minutes=1)  # until it is known who has answered a call
_STAFF_TAKE = timedelta(hours=1)  # until somebody at the shop has rung

Price = Callable[[Rendered], Decimal]


class Provider:
    """Takes everything but what goes to an address that does not exist."""

    # most of what is decided together is claimed, and settled, in one transaction
    concurrency = 1_000

    def __init__(self, traits: Traits, behaviour: Behaviour, price: Price) -> None:
        self.traits = traits
        self.price = price
        self._behaviour = behaviour

    async def send(self, message: Outgoing) -> Receipt:
        if self._behaviour.is_dead(message.rendered.to):
            raise DeliveryError(
                "there is no such address", permanent=True, fault="recipient", address_is_dead=True
            )
        return Receipt(message.key)

    async def probe(self) -> None:
        """There is nobody to ask."""

    async def close(self) -> None:
        """There is nothing to close."""


class AskedProvider(Provider):
    """One that knows only after a while whether a person was reached."""

    def __init__(
        self, traits: Traits, behaviour: Behaviour, price: Price, *, clock: Clock, after: timedelta
    ) -> None:
        super().__init__(traits, behaviour, price)
        self._clock = clock
        self._after = after

    async def send(self, message: Outgoing) -> Receipt:
        receipt = await super().send(message)
        return Receipt(receipt.id, ask_after=self._after)

    async def report(self, receipt: str) -> Report:
        """See Answerable.report."""
        is_missed = self._behaviour.nobody_answers(receipt)
        kind = DeliveryKind.NO_ANSWER if is_missed else DeliveryKind.ANSWERED
        return Report(kind, receipt, self._clock.now())

    async def find(self, trace: Trace) -> Receipt | None:
        """Nothing is ever in doubt here."""
        return None


class Staff(AskedProvider):
    """They take every task; that its number does not exist, they find out by ringing it."""

    def __init__(self, behaviour: Behaviour, *, clock: Clock) -> None:
        super().__init__(TRAITS["task"], behaviour, lambda _: Decimal(0), clock=clock, after=_STAFF_TAKE)
        self._in_vain: set[str] = set()  # receipts of those with such a number

    async def send(self, message: Outgoing) -> Receipt:
        if self._behaviour.is_dead(message.rendered.to):
            self._in_vain.add(message.key)
        return Receipt(message.key, ask_after=self._after)

    async def report(self, receipt: str) -> Report:
        if receipt not in self._in_vain:
            return await super().report(receipt)
        now = self._clock.now()
        return Report(DeliveryKind.FAILED, receipt, now, note="wrong number", address_is_dead=True)


def make_providers(
    settings: Settings, behaviour: Behaviour, clock: Clock, *, email_price: Decimal
) -> list[Channel]:
    """For the channels that would be there; prices are those of the settings."""
    found: list[Channel] = [Provider(TRAITS["email"], behaviour, lambda rendered: email_price)]
    if settings.twilio.is_set_up or settings.is_rehearsal:
        minute, segment = settings.twilio.call_price.amount, settings.twilio.sms_price.amount

        def of_a_call(rendered: Rendered) -> Decimal:
            return minute * max(1, math.ceil(speaking.seconds(rendered.text, rendered.locale) / 60))

        def of_a_text_message(rendered: Rendered) -> Decimal:
            return segment * segments(worded(rendered.text)).count

        found += [
            AskedProvider(TRAITS["call"], behaviour, of_a_call, clock=clock, after=_RUNG_FOR),
            Provider(TRAITS["sms"], behaviour, of_a_text_message),
        ]
    return [*found, Staff(behaviour, clock=clock)]
