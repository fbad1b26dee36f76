"""What the end of an order does to the campaigns it is in, and who takes over from it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.policy import why_stopped
from paldies.campaigns.words import EnrolmentState, MessageStatus
from paldies.outbox.endings import stop
from paldies.outbox.first_legs import plan_messages
from paldies.outbox.happened import happened
from paldies.outbox.plans import Plans
from paldies.store.schema import enrolments, messages

_HOST = enrolments.alias("host")
_IS_OPEN = enrolments.c.state == EnrolmentState.OPEN.value
_SHARES_AN_OPEN_ONE = and_(
    enrolments.c.state == EnrolmentState.JOINED.value, _HOST.c.state == EnrolmentState.OPEN.value
)
_SAID = (MessageStatus.SENDING.value, MessageStatus.SENT.value, MessageStatus.UNCONFIRMED.value)


def stop_where_the_order_ended(session: Session, plans: Plans, changed: Mapping[int, datetime]) -> int:
    """Stops the passages that their campaign's `stop_on` has ended; returns how many.

    `changed` are orders, and when what has happened to each is dealt with.

    One that is finished stays so, and whoever shared it has been spoken for.
    """
    inside = session.execute(
        select(enrolments.c.id, enrolments.c.order_id, enrolments.c.plan_version_id)
        .join_from(enrolments, _HOST, _HOST.c.id == enrolments.c.joined_to, isouter=True)
        .where(enrolments.c.order_id.in_(changed))
        .where(or_(_IS_OPEN, _SHARES_AN_OPEN_ONE))
    ).all()
    if not inside:
        return 0
    so_far = happened(session, changed)
    stopped = []
    for enrolment in inside:
        campaign = plans.version(session, enrolment.plan_version_id)
        if reason := why_stopped(campaign.stop_on, so_far[enrolment.order_id]):
            now = changed[enrolment.order_id]
            stop(session, [enrolment.id], reason, now)
            stopped.append((enrolment.id, now))
    for enrolment_id, now in stopped:
        hand_over(session, plans, [enrolment_id], now=now)
    return len(stopped)


def hand_over(session: Session, plans: Plans, stopped: Sequence[int], *, now: datetime) -> None:
    """The earliest order that shared a stopped passage goes on in its place, and repeats nothing."""
    for enrolment_id in stopped:
        sharing = session.execute(
            select(enrolments)
            .where(enrolments.c.joined_to == enrolment_id, enrolments.c.state == EnrolmentState.JOINED.value)
            .order_by(enrolments.c.event_at, enrolments.c.id)
        ).mappings()
        heirs = sharing.all()
        if not heirs:
            continue
        heir = heirs[0]
        session.execute(
            update(enrolments)
            .where(enrolments.c.id == heir["id"])
            .values(state=EnrolmentState.OPEN.value, reason="", joined_to=None)
        )
        session.execute(
            update(enrolments)
            .where(enrolments.c.id.in_([other["id"] for other in heirs[1:]]))
            .values(joined_to=heir["id"])
        )
        said = session.scalars(
            select(messages.c.step).where(
                messages.c.enrolment_id == enrolment_id, messages.c.status.in_(_SAID)
            )
        )
        campaign = plans.version(session, heir["plan_version_id"])
        plan_messages(session, [heir["key"]], campaign, now=now, said=said)
