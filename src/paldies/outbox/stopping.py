"""What the end of an order does to the campaigns it is in, and who takes over from it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.policy import why_stopped
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EnrolmentState, MessageStatus
from paldies.outbox.endings import stop
from paldies.outbox.first_legs import plan_messages
from paldies.outbox.happened import happened
from paldies.outbox.plans import Plans
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import enrolments, messages

_HOST = enrolments.alias("host")
_IS_OPEN = enrolments.c.state == EnrolmentState.OPEN.value
_SHARES_AN_OPEN_ONE = and_(
    enrolments.c.state == EnrolmentState.JOINED.value, _HOST.c.state == EnrolmentState.OPEN.value
)
_INSIDE = Question(
    select(enrolments.c.id, enrolments.c.order_id, enrolments.c.plan_version_id)
    .join_from(enrolments, _HOST, _HOST.c.id == enrolments.c.joined_to, isouter=True)
    .where(among(enrolments.c.order_id, "orders"), or_(_IS_OPEN, _SHARES_AN_OPEN_ONE))
    .order_by(enrolments.c.id)
)
_SHARING = Question(
    select(enrolments.c.joined_to)
    .where(among(enrolments.c.joined_to, "hosts"))
    .where(enrolments.c.state == EnrolmentState.JOINED.value)
    .distinct()
)
_SAID = (MessageStatus.SENDING.value, MessageStatus.SENT.value, MessageStatus.UNCONFIRMED.value)


def stop_where_the_order_ended(session: Session, plans: Plans, changed: Mapping[int, datetime]) -> int:
    """Stops the passages that their campaign's `stop_on` has ended; returns how many.

    `changed` are orders, and when what has happened to each is dealt with. A passage that is finished stays
    so, and whoever shared it has been spoken for.
    """
    so_far = happened(session, changed, plans.stopping(session))
    if not so_far:
        return 0
    ended: dict[tuple[Reason, datetime], list[int]] = defaultdict(list)
    for enrolment in _INSIDE.ask(session, orders=so_far):
        campaign = plans.version(session, enrolment.plan_version_id)
        if reason := why_stopped(campaign.stop_on, so_far[enrolment.order_id]):
            ended[reason, changed[enrolment.order_id]].append(enrolment.id)
    for (reason, now), stopped in ended.items():
        stop(session, stopped, reason, now)
    for (_, now), stopped in ended.items():
        hand_over(session, plans, stopped, now=now)
    return sum(map(len, ended.values()))


def hand_over(session: Session, plans: Plans, stopped: Sequence[int], *, now: datetime) -> None:
    """The earliest order that shared a stopped passage goes on in its place, and repeats nothing."""
    shared = {row.joined_to for row in _SHARING.ask(session, hosts=stopped)}
    for enrolment_id in (one for one in stopped if one in shared):
        sharing = session.execute(
            select(enrolments)
            .where(enrolments.c.joined_to == enrolment_id, enrolments.c.state == EnrolmentState.JOINED.value)
            .order_by(enrolments.c.event_at, enrolments.c.id)
        ).mappings()
        heir, *others = sharing.all()
        session.execute(
            update(enrolments)
            .where(enrolments.c.id == heir["id"])
            .values(state=EnrolmentState.OPEN.value, reason="", joined_to=None)
        )
        session.execute(
            update(enrolments)
            .where(enrolments.c.id.in_([other["id"] for other in others]))
            .values(joined_to=heir["id"])
        )
        said = session.scalars(
            select(messages.c.step).where(
                messages.c.enrolment_id == enrolment_id, messages.c.status.in_(_SAID)
            )
        )
        campaign = plans.version(session, heir["plan_version_id"])
        plan_messages(session, [heir["key"]], campaign, now=now, said=said)
