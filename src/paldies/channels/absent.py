"""A channel that is known, and not set up."""

from decimal import Decimal

from paldies.campaigns.traits import Traits
from paldies.channels.base import DeliveryError, Outgoing, Receipt, Rendered


class Absent:
    """Stands where a real channel would: the policy lets nothing through to it."""

    concurrency = 1

    def __init__(self, traits: Traits) -> None:
        self.traits = traits

    def price(self, rendered: Rendered) -> Decimal:
        return Decimal(0)

    async def send(self, message: Outgoing) -> Receipt:
        raise DeliveryError(
            f"{self.traits.name} is not set up", permanent=True, fault="us", code="no channel"
        )

    async def probe(self) -> None:
        """There is nobody to ask."""

    async def close(self) -> None:
        """There is nothing to close."""
