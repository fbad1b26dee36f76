"""Which orders a text has to suit: those that its step is for."""

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.expressions import ExpressionError, is_true
from paldies.campaigns.words import EventKind
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


def wants(campaign: Campaign | None, step: Step | None, sample: Sample) -> bool:
    """An order that the campaign's or the step's own condition leaves out need not be provided for."""
    facts = {"order": sample.order, "customer": sample.customer}
    try:
        return all(is_true(one, facts) for one in (campaign and campaign.who, step and step.when) if one)
    except ExpressionError:  # the campaign's problem, and reported as such
        return True


def could_get(campaign: Campaign | None, sample: Sample) -> bool:
    """Whether what starts the campaign has happened to a real order."""
    moment = _MOMENTS.get(campaign.trigger) if campaign else None
    return moment is None or getattr(sample.order, moment) is not None
