"""Which orders a text has to suit: those that its step is for."""

from paldies.campaigns.expressions import ExpressionError, is_true
from paldies.campaigns.words import EventKind
from paldies.templates.lint.message import Reading
from paldies.templates.samples import Sample

# A campaign that waits for one of these knows when it was.
_MOMENTS = {
    EventKind.CONFIRMED: "confirmed_at",
    EventKind.PAID: "paid_at",
    EventKind.SHIPPED: "shipped_at",
    EventKind.DELIVERED: "delivered_at",
    EventKind.CANCELLED: "cancelled_at",
    EventKind.REFUNDED: "refunded_at",
}


def wants(reading: Reading, sample: Sample) -> bool:
    """An order that the campaign's or the step's own condition leaves out need not be provided for."""
    if reading.step is None:
        return True
    facts = {"order": sample.order, "customer": sample.customer}
    try:
        return (reading.campaign is None or is_true(reading.campaign.who, facts)) and is_true(
            reading.step.when, facts
        )
    except ExpressionError:  # the campaign's problem, and reported as such
        return True


def could_get(reading: Reading, sample: Sample) -> bool:
    """Whether what starts the campaign has happened to a real order."""
    moment = _MOMENTS.get(reading.campaign.trigger) if reading.campaign else None
    return moment is None or getattr(sample.order, moment) is not None
