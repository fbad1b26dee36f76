"""A channel that does everything but send."""

from decimal import Decimal

from paldies.campaigns.traits import Traits
from paldies.channels.base import Outgoing, Receipt, Rendered


class Rehearsal:
    """Stands in for a real channel in rehearsal mode: nothing leaves the house."""

    concurrency = 8

    def __init__(self, traits: Traits) -> None:
        self.traits = traits

    def price(self, rendered: Rendered) -> Decimal:
        return Decimal(0)

    async def send(self, message: Outgoing) -> Receipt:
        return Receipt("rehearsal: it would have been sent, nothing left")

    async def probe(self) -> None:
        """There is nobody to ask."""

    async def close(self) -> None:
        """There is nothing to close."""
