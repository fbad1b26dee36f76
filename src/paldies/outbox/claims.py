"""Claims and settlements as the database sees them: guarded updates, many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import bindparam, insert, or_, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from paldies.campaigns.words import MessageStatus
from paldies.customers.suppressions import suppress
from paldies.outbox.endings import NextLeg, finish, open_next_legs
from paldies.store.prepared import Prepared
from paldies.store.schema import attempts, customers, messages, sending_hours

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class DeadAddress:
    """An address that its own server says does not exist."""

    address: str
    channel: str
    why: str


@dataclass(frozen=True, slots=True)
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
    next_leg: NextLeg | None = None
    dead: DeadAddress | None = None


def write_wave(session: Session, claims: Sequence[Claim], settlements: Sequence[Settlement]) -> set[str]:
    """The ids of the claims that were won; settlements go first."""
    if settlements:
        _settle(session, settlements)
    return _claim(session, claims) if claims else set()


def write_singly(session: Session, claims: Sequence[Claim], settlements: Sequence[Settlement]) -> set[str]:
    """Like `write_wave`, each member in its own savepoint: one's fault costs the others nothing."""
    won: set[str] = set()
    for settlement in settlements:
        with session.begin_nested():
            _settle(session, [settlement])
    for claim in claims:
        try:
            with session.begin_nested():
                won |= _claim(session, [claim])
        except OperationalError:
            raise
        except Exception as error:
            why = str(error).partition("\n")[0]
            log.warning("a claim was refused", message=claim.message_id, error=why)
    return won


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
    .where(messages.c.status == MessageStatus.SCHEDULED.value, messages.c.parked_at.is_(None))
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
_HOLDERS = select(messages.c.claim_id).where(messages.c.id.in_(bindparam("claimed", expanding=True)))
_BEGIN_ATTEMPT = Prepared(insert(attempts))


def _claim(session: Session, claims: Sequence[Claim]) -> set[str]:
    values = [
        {
            "claim": claim.id,
            "message": claim.message_id,
            "customer": claim.customer_id,
            "seen": claim.revision,
            "by": claim.by,
            "at": claim.at,
            "deadline": claim.deadline_at,
            "expires": claim.expires_at,
            "rfc": claim.rfc_id,
        }
        for claim in sorted(claims, key=lambda claim: claim.customer_id)  # one order of locks: no deadlock
    ]
    _MOVE_REVISION.run(
        session, [{name: row[name] for name in ("claim", "customer", "seen")} for row in values]
    )
    _TAKE.run(session, [{name: row[name] for name in row if name != "seen"} for row in values])
    holders = session.connection().execute(_HOLDERS, {"claimed": [claim.message_id for claim in claims]})
    won = {claim.id for claim in claims} & set(holders.scalars())
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
        }
        for claim in claims
        if claim.id in won
    ]
    if begun:
        _BEGIN_ATTEMPT.run(session, begun)
    _count(session, [claim for claim in claims if claim.id in won and not claim.is_late_seen])
    return won


def _count(session: Session, usual: Sequence[Claim]) -> None:
    """Fresh messages set the bar of the blast breaker; late ones may not raise it."""
    if usual:
        hour = usual[0].at.replace(minute=0, second=0, microsecond=0)
        session.connection().execute(_ADD_TO_HOUR, {"this_hour": hour, "more": len(usual)})


_ADD_TO_HOUR = text(
    "INSERT INTO sending_hours (hour, messages) VALUES (:this_hour, :more)"
    " ON CONFLICT (hour) DO UPDATE SET messages = sending_hours.messages + excluded.messages"
).bindparams(bindparam("this_hour", type_=sending_hours.c.hour.type))
_MAY_HAVE_LEFT = or_(
    messages.c.status == MessageStatus.SENDING.value, messages.c.status == MessageStatus.UNCONFIRMED.value
)
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
    .values(ended_at=bindparam("at"), outcome=bindparam("new_outcome"), note=bindparam("new_note"))
)
_ENDED = (MessageStatus.SENT, MessageStatus.FAILED)


def _settle(session: Session, settlements: Sequence[Settlement]) -> None:
    ended = [settlement for settlement in settlements if settlement.send_at is None]
    back = [settlement for settlement in settlements if settlement.send_at is not None]
    if ended:
        _SETTLE.run(
            session,
            [
                {
                    "message": settlement.message_id,
                    "claim": settlement.claim_id,
                    "new_status": settlement.status.value,
                    "new_reason": settlement.reason,
                    "new_note": settlement.note,
                    "new_receipt": settlement.receipt,
                    "new_sent_at": settlement.at if settlement.status is MessageStatus.SENT else None,
                    "new_ended_at": settlement.at if settlement.status in _ENDED else None,
                }
                for settlement in ended
            ],
        )
    if back:
        _PUT_BACK.run(
            session,
            [
                {
                    "message": settlement.message_id,
                    "claim": settlement.claim_id,
                    "new_reason": settlement.reason,
                    "new_note": settlement.note,
                    "new_send_at": settlement.send_at,
                    "refund": 0 if settlement.spends_attempt else 1,
                }
                for settlement in back
            ],
        )
    _END_ATTEMPT.run(
        session,
        [
            {
                "claim": settlement.claim_id,
                "at": settlement.at,
                "new_outcome": settlement.reason or settlement.status.value,
                "new_note": settlement.note or settlement.receipt,
            }
            for settlement in settlements
        ],
    )
    now = settlements[0].at
    open_next_legs(session, [settlement.next_leg for settlement in ended if settlement.next_leg], now)
    for settlement in settlements:
        if settlement.dead:
            dead = settlement.dead
            suppress(
                session,
                dead.address,
                channel=dead.channel,
                reason=dead.why,
                source="bounce",
                now=settlement.at,
            )
    finish(session, {s.enrolment_id for s in ended if s.status in _ENDED}, now)
