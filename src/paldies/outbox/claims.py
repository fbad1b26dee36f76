"""Claims: who may send a message, decided by guarded updates, many at a time."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, bindparam, insert, select, text, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import MessageStatus
from paldies.customers.revision import lock
from paldies.store.among import among
from paldies.store.in_turn import Step, in_turn
from paldies.store.prepared import Prepared
from paldies.store.questions import Question
from paldies.store.schema import attempts, customers, messages, sending_hours
from paldies.store.statuses import is_still
from paldies.value import value


@value
class Claim:
    """The wish to send one message, as decided on the customer's `revision`."""

    id: str
    message_id: int
    customer_id: int
    revision: int
    by: str
    at: datetime
    deadline_at: datetime
    expires_at: datetime
    rfc_id: str
    address: str
    locale: str
    text_version: str
    content: bytes  # JSON of subject and text, compressed if long
    is_late_seen: bool = False
    cost: Decimal = Decimal(0)  # about what it will cost, in the budget's currency


# A claim moves the customer's revision first: that row is the lock under which everything about the customer
# is decided, on PostgreSQL too, where a subquery alone would look at an older snapshot.
_MOVE_REVISION = Prepared(
    update(customers)
    .where(customers.c.id == bindparam("customer"), customers.c.revision == bindparam("seen"))
    .values(revision=customers.c.revision + 1, claim_id=bindparam("claim"))
)
_TAKE = Prepared(
    update(messages)
    .where(messages.c.id == bindparam("message"))
    .where(is_still(messages.c.status, MessageStatus.SCHEDULED), messages.c.parked_at.is_(None))
    .where(
        messages.c.customer_id.in_(
            select(customers.c.id).where(
                customers.c.id == bindparam("customer"), customers.c.claim_id == bindparam("claim")
            )
        )
    )
    .values(
        status=MessageStatus.SENDING.value,
        reason="",
        note="",
        claim_id=bindparam("claim"),
        claimed_by=bindparam("by"),
        claimed_at=bindparam("at"),
        deadline_at=bindparam("deadline"),
        expires_at=bindparam("expires"),
        rfc_id=bindparam("rfc"),
        attempts=messages.c.attempts + 1,
    )
)
_HOLDERS = Question(select(messages.c.claim_id).where(among(messages.c.id, "claimed")))
_BEGIN_ATTEMPT = Prepared(insert(attempts))


def write_claims(session: Session, claims: Sequence[Claim], *, behind: Sequence[Step] = ()) -> set[str]:
    """The ids of those that were won: nobody was quicker, and nothing about the customer has changed.

    What they are written `behind` leaves together with them.
    """
    moved = [{"claim": claim.id, "customer": claim.customer_id, "seen": claim.revision} for claim in claims]
    wanted = [
        {
            "claim": claim.id,
            "message": claim.message_id,
            "customer": claim.customer_id,
            "by": claim.by,
            "at": claim.at,
            "deadline": claim.deadline_at,
            "expires": claim.expires_at,
            "rfc": claim.rfc_id,
        }
        for claim in claims
    ]
    locking = lock(session, {claim.customer_id for claim in claims})
    *_, taken = in_turn(session, *behind, *locking, (_MOVE_REVISION, moved), (_TAKE, wanted))
    won = {claim.id for claim in claims}
    if taken < len(claims):
        holders = _HOLDERS.ask(session, claimed=[claim.message_id for claim in claims])
        won &= {row.claim_id for row in holders}
    begun = [
        {
            "message_id": claim.message_id,
            "claim_id": claim.id,
            "address": claim.address,
            "locale": claim.locale,
            "text_version": claim.text_version,
            "started_at": claim.at,
            "outcome": "",
            "note": "",
            "content": claim.content,
            "cost": claim.cost,
        }
        for claim in claims
        if claim.id in won
    ]
    usual = [claim for claim in claims if claim.id in won and not claim.is_late_seen]
    in_turn(session, (_BEGIN_ATTEMPT, begun), (_ADD_TO_HOUR, _by_hour(usual)))
    return won


def _by_hour(usual: Sequence[Claim]) -> list[dict[str, Any]]:
    """Fresh messages set the bar of the blast breaker; late ones may not raise it."""
    hours = Counter(claim.at.replace(minute=0, second=0, microsecond=0) for claim in usual)
    return [{"this_hour": hour, "more": count} for hour, count in hours.items()]


_ADD_TO_HOUR = Prepared(
    text(
        "INSERT INTO sending_hours (hour, messages) VALUES (:this_hour, :more)"
        " ON CONFLICT (hour) DO UPDATE SET messages = sending_hours.messages + excluded.messages"
    ).bindparams(bindparam("this_hour", type_=sending_hours.c.hour.type), bindparam("more", type_=Integer))
)
