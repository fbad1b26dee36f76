"""What is handed over too late is not handed over."""

from datetime import datetime

from paldies.channels.base import DeliveryError, Outgoing


def refuse_if_late(message: Outgoing, now: datetime) -> None:
    """Raises DeliveryError: the policy then finds a better hour, or there is none before its deadline."""
    if message.must_arrive_by and now >= message.must_arrive_by:
        raise DeliveryError(
            f"It would have come after {message.must_arrive_by:%H:%M} UTC, at a wrong hour",
            permanent=False,
            fault="recipient",
            code="too late",
        )
