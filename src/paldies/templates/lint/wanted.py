"""Which orders a text has to suit: those that its step is for."""

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.expressions import ExpressionError, is_true
from paldies.campaigns.words import EventKind, OrderStatus
from paldies.templates.samples import Sample

# What has happened to an order that one of these starts a campaign for; the shop may not say when.
_HAPPENED = {
    EventKind.SHIPPED: ("shipped_at", {OrderStatus.SHIPPED, OrderStatus.DELIVERED}),
    EventKind.DELIVERED: ("delivered_at", {OrderStatus.DELIVERED}),
    EventKind.CANCELLED: ("cancelled_at", {OrderStatus.CANCELLED}),
    EventKind.REFUNDED: ("refunded_at", {OrderStatus.REFUNDED}),
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
    if campaign is None or campaign.trigger not in _HAPPENED:
        return True
    moment, states = _HAPPENED[campaign.trigger]
    return getattr(sample.order, moment) is not None or sample.order.status in states
