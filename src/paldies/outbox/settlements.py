"""Settlements: how claimed messages ended, or that they go back, many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import MessageStatus
from paldies.customers.suppressions import suppress
from paldies.outbox.endings import NextLeg, finishing, open_next_legs
from paldies.store.in_turn import Step, in_turn
from paldies.store.prepared import Prepared
from paldies.store.schema import attempts, messages
from paldies.store.statuses import has_status
from paldies.value import value


@dataclass(frozen=True, slots=True)
class DeadAddress:
    """An address that its own server says does not exist."""

    address: str
    channel: str
    why: str


@value
class Settlement:
    """How a claimed message ended, or that it did not."""

    claim_id: str
    message_id: int
    enrolment_id: int
    at: datetime
    status: MessageStatus
    reason: str = ""
    note: str = ""
    receipt: str = ""
    send_at: datetime | None = None  # when to try again, if it goes back
    spends_attempt: bool = True
    look_at: datetime | None = None  # when to ask what became of it
    cost: Decimal = Decimal(0)
    next_leg: NextLeg | None = None
    dead: DeadAddress | None = None


_MAY_HAVE_LEFT = has_status(MessageStatus.SENDING, MessageStatus.UNCONFIRMED)
_SETTLE = Prepared(
    update(messages)
    .where(messages.c.id == bindparam("message"), messages.c.claim_id == bindparam("claim"), _MAY_HAVE_LEFT)
    .values(
        status=bindparam("new_status"),
        reason=bindparam("new_reason"),
        note=bindparam("new_note"),
        receipt=bindparam("new_receipt"),
        sent_at=bindparam("new_sent_at"),
        ended_at=bindparam("new_ended_at"),
        look_at=bindparam("new_look_at"),
    )
)
_PUT_BACK = Prepared(
    update(messages)
    .where(messages.c.id == bindparam("message"), messages.c.claim_id == bindparam("claim"), _MAY_HAVE_LEFT)
    .values(
        status=MessageStatus.SCHEDULED.value,
        reason=bindparam("new_reason"),
        note=bindparam("new_note"),
        send_at=bindparam("new_send_at"),
        attempts=messages.c.attempts - bindparam("refund"),
        claim_id=None,
    )
)
_END_ATTEMPT = Prepared(
    update(attempts)
    .where(attempts.c.claim_id == bindparam("claim"))
    .values(
        ended_at=bindparam("at"),
        outcome=bindparam("new_outcome"),
        note=bindparam("new_note"),
        cost=bindparam("new_cost"),
    )
)
_ENDED = (MessageStatus.SENT, MessageStatus.FAILED)


def settling(session: Session, settlements: Sequence[Settlement]) -> list[Step]:
    """What is left to be run `in_turn`: each guarded by its claim, and finishes its enrolment.

    Where a next leg opens, or a dead address is laid to rest, that is written here, with what goes before.
    """
    ended = [settlement for settlement in settlements if settlement.send_at is None]
    back = [settlement for settlement in settlements if settlement.send_at is not None]
    settled = [
        {
            "message": settlement.message_id,
            "claim": settlement.claim_id,
            "new_status": settlement.status.value,
            "new_reason": settlement.reason,
            "new_note": settlement.note,
            "new_receipt": settlement.receipt,
            "new_sent_at": settlement.at if settlement.status is MessageStatus.SENT else None,
            "new_ended_at": settlement.at if settlement.status in _ENDED else None,
            "new_look_at": settlement.look_at,
        }
        for settlement in ended
    ]
    put_back = [
        {
            "message": settlement.message_id,
            "claim": settlement.claim_id,
            "new_reason": settlement.reason,
            "new_note": settlement.note,
            "new_send_at": settlement.send_at,
            "refund": 0 if settlement.spends_attempt else 1,
        }
        for settlement in back
    ]
    attempts_ended = [
        {
            "claim": settlement.claim_id,
            "at": settlement.at,
            "new_outcome": settlement.reason or settlement.status.value,
            "new_note": settlement.note or settlement.receipt,
            "new_cost": settlement.cost,
        }
        for settlement in settlements
    ]
    steps: list[Step] = [(_SETTLE, settled), (_PUT_BACK, put_back), (_END_ATTEMPT, attempts_ended)]
    finish = finishing({s.enrolment_id: s.at for s in ended if s.status in _ENDED})
    next_legs = [settlement.next_leg for settlement in ended if settlement.next_leg]
    dead = [(settlement.dead, settlement.at) for settlement in settlements if settlement.dead]
    if not next_legs and not dead:
        return [*steps, finish]
    in_turn(session, *steps)
    open_next_legs(session, next_legs)
    for one, at in dead:
        suppress(session, one.address, channel=one.channel, reason=one.why, source="bounce", now=at)
    return [finish]
