"""What the channel's answer means for a claimed message."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.channels.base import DeliveryError, NotBegun, Receipt
from paldies.outbox.claims import Claim
from paldies.outbox.evidence import Brief
from paldies.outbox.queue import leg_after
from paldies.outbox.retry import GiveUp, RetryAt, after_refusal
from paldies.outbox.settlements import DeadAddress, Settlement

OUR_FAULT_PAUSE = timedelta(minutes=1)  # so that one message cannot trip a channel again and again


def after_success(brief: Brief, claim: Claim, receipt: Receipt, now: datetime) -> Settlement:
    return Settlement(
        claim_id=claim.id,
        message_id=brief.waiting.id,
        enrolment_id=brief.waiting.enrolment_id,
        at=now,
        status=MessageStatus.SENT,
        receipt=printable(receipt.id),
        look_at=None if receipt.ask_after is None else now + receipt.ask_after,
        cost=claim.cost,
    )


def after_error(brief: Brief, claim: Claim, error: DeliveryError, now: datetime) -> Settlement:
    """Nothing left: a fault of ours or the provider's costs the message nothing, a refusal costs it a try."""
    row = brief.waiting
    refused = replace(in_doubt(brief, claim, f"{error.code} {error}".strip(), now), cost=Decimal(0))
    again = replace(refused, status=MessageStatus.SCHEDULED, reason=Reason.TRY_AGAIN.value)
    if _is_not_about_the_message(error):
        # not beyond its deadline: a clock that was wrong for a moment would put it off for years
        at = min(now + OUR_FAULT_PAUSE, claim.expires_at)
        return replace(again, send_at=at, spends_attempt=False)
    match after_refusal(
        row.key, row.attempts + 1, permanent=error.permanent, now=now, expires_at=claim.expires_at
    ):
        case RetryAt(at):
            return replace(again, send_at=at)
        case GiveUp(reason):
            is_dead = error.address_is_dead
            return replace(
                refused,
                status=MessageStatus.FAILED,
                reason=reason.value,
                next_leg=leg_after(row, brief.campaign, reason, now),
                dead=DeadAddress(claim.address, row.channel, refused.note) if is_dead else None,
            )


def in_doubt(brief: Brief, claim: Claim, why: str, now: datetime) -> Settlement:
    """It may have left: only evidence settles it."""
    return Settlement(
        claim_id=claim.id,
        message_id=brief.waiting.id,
        enrolment_id=brief.waiting.enrolment_id,
        at=now,
        status=MessageStatus.UNCONFIRMED,
        reason=Reason.UNCONFIRMED.value,
        note=printable(why),
        cost=claim.cost,
    )


def is_about_the_channel(error: DeliveryError) -> bool:
    """Whether the provider, or our access to it, is broken: then no other message would fare better."""
    return _is_not_about_the_message(error) and not isinstance(error, NotBegun)


def _is_not_about_the_message(error: DeliveryError) -> bool:
    return error.fault != "recipient" and not error.permanent


def printable(text: str) -> str:
    """What a server said, fit for a database column: PostgreSQL refuses NUL."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return text[:500].strip()
