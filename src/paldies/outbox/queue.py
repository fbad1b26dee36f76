"""Which messages are due on a channel, and which contact comes after one that has ended."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, select, update
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.definition import Campaign
from paldies.campaigns.legs import next_leg
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import Arm, MessageStatus, Purpose, arm_of, purpose_of
from paldies.outbox.endings import NextLeg
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import customers, enrolments, messages, order_events
from paldies.store.statuses import has_purpose, has_status


class Waiting(NamedTuple):
    """A due message with what its enrolment and its customer add to it.

    `now` is the moment for which it is decided: to gather, decide and write down, each row is asked for its
    own, and no clock. The daemon's batch has one for all; a simulation may look at many moments at once
    (`row._replace(now=…)`), as long as it takes one customer's messages in their order.
    """

    id: int
    key: str
    enrolment_id: int
    enrolment_key: str
    plan_version_id: int
    customer_id: int
    order_id: int | None
    campaign: str
    step: str
    leg: int
    channel: str
    send_at: datetime
    expires_at: datetime | None
    event_at: datetime
    not_before: datetime | None
    is_late_seen: bool
    approved_at: datetime | None
    released_at: datetime | None
    attempts: int
    rfc_id: str
    possible_duplicate: bool
    revision: int
    purpose: Purpose
    arm: Arm
    so_far: tuple[str, ...]  # the channels of the step's legs, this one last
    now: datetime


_DID_NOT_ARRIVE = (Reason.REFUSED, Reason.BOUNCED)
# in the order of Waiting's fields
_READ = (
    messages.c.id,
    messages.c.key,
    messages.c.enrolment_id,
    enrolments.c.key.label("enrolment_key"),
    enrolments.c.plan_version_id,
    messages.c.customer_id,
    enrolments.c.order_id,
    messages.c.campaign,
    messages.c.step,
    messages.c.leg,
    messages.c.channel,
    messages.c.send_at,
    messages.c.expires_at,
    enrolments.c.event_at,
    order_events.c.not_before,
    messages.c.is_late_seen,
    messages.c.approved_at,
    messages.c.released_at,
    messages.c.attempts,
    messages.c.rfc_id,
    messages.c.possible_duplicate,
    customers.c.revision,
    messages.c.purpose,
    enrolments.c.arm,
)
_ANY = (
    select(*_READ)
    .join_from(messages, enrolments, enrolments.c.id == messages.c.enrolment_id)
    .join(customers, customers.c.id == messages.c.customer_id)
    .outerjoin(order_events, order_events.c.id == enrolments.c.event_id)
)
IS_DUE = (  # on the `channel`, by `now`
    messages.c.channel == bindparam("channel"),
    has_status(MessageStatus.SCHEDULED),
    messages.c.parked_at.is_(None),
    messages.c.send_at <= bindparam("now", type_=messages.c.send_at.type),
)
_THOSE = Question(_ANY.where(among(messages.c.id, "ids")))
# Service has an index of its own; once less than was wanted is due of it, few rows stand before the others.
_DUE = {
    purpose: Question(
        _ANY.where(*IS_DUE, has_purpose(purpose))
        .order_by(messages.c.send_at)
        .limit(bindparam("most", type_=Integer))
    )
    for purpose in (Purpose.SERVICE, Purpose.PROMOTIONAL)
}
_LEGS = Question(
    select(messages.c.enrolment_id, messages.c.step, messages.c.leg, messages.c.channel)
    .where(among(messages.c.enrolment_id, "enrolments"))
    .order_by(messages.c.enrolment_id, messages.c.step, messages.c.leg)
)


def due(session: Session, channel: str, now: datetime, most: int) -> list[Waiting]:
    """The messages whose time has come, service first, then the longest waiting; to be decided for `now`."""
    rows: list[Waiting] = []
    for question in _DUE.values():
        if len(rows) < most:
            found = question.ask_by_columns(session, channel=channel, now=now, most=most - len(rows))
            rows += _waiting(session, found, repeat(now, len(found.id)))
    return rows


def those(session: Session, moments: Mapping[int, datetime]) -> list[Waiting]:
    """These messages, in no order; each to be decided for its own moment."""
    if not moments:
        return []
    found = _THOSE.ask_by_columns(session, ids=moments)
    return _waiting(session, found, map(moments.__getitem__, found.id))


def these(session: Session, message_ids: Sequence[int], now: datetime) -> list[Waiting]:
    """Those messages, in no order."""
    return those(session, dict.fromkeys(message_ids, now))


def waiting(session: Session, message_id: int, now: datetime) -> Waiting:
    """One message, whatever its state."""
    return those(session, {message_id: now})[0]


def _waiting(session: Session, found: Any, moments: Iterable[datetime]) -> list[Waiting]:
    """In the order of Waiting's fields."""
    purposes, arms = map(purpose_of, found.purpose), map(arm_of, found.arm)
    so_far = _channels_so_far(session, found)
    return list(map(Waiting._make, zip(*found[:-2], purposes, arms, so_far, moments, strict=True)))


def _channels_so_far(session: Session, found: Any) -> list[tuple[str, ...]]:
    """Of each message's step, up to its own; only for further legs anything has to be asked."""
    legs = list(zip(found.enrolment_id, found.step, found.leg, strict=True))
    further = {enrolment_id for enrolment_id, _, leg in legs if leg > 1}
    before = _channels_before(session, further) if further else {}
    return [(*before.get(leg, ()), channel) for leg, channel in zip(legs, found.channel, strict=True)]


def _channels_before(
    session: Session, enrolment_ids: Collection[int]
) -> Mapping[tuple[int, str, int], tuple[str, ...]]:
    """For each leg, by enrolment, step and number, those of the legs before it."""
    used: dict[tuple[int, str, int], tuple[str, ...]] = {}
    before: dict[tuple[int, str], tuple[str, ...]] = defaultdict(tuple)
    for row in _LEGS.ask(session, enrolments=enrolment_ids):
        place = (row.enrolment_id, row.step)
        used[(*place, row.leg)] = before[place]
        before[place] = (*before[place], row.channel)
    return used


def leg_after(waiting: Waiting, campaign: Campaign, reason: Reason, now: datetime) -> NextLeg | None:
    """The next contact to try once a leg has ended for this reason.

    What may have arrived goes no other way, unless the receiving side says by now that it did not.
    """
    if waiting.possible_duplicate and reason not in _DID_NOT_ARRIVE:
        return None
    step = campaign.step(waiting.step)
    leg = next_leg(step, waiting.leg, reason, so_far=waiting.so_far) if step else None
    if leg is None:
        return None
    return NextLeg(
        ended_message=waiting.id,
        key=keys.message_key(waiting.enrolment_key, waiting.step, leg.number),
        leg=leg.number,
        channel=leg.channel,
        send_at=now + leg.wait,
        opened_at=now,
    )


def release_unanswered(session: Session, now: datetime) -> None:
    """What waited for approval until its moment goes back to the policy, which knows what silence means."""
    session.execute(
        update(messages)
        .where(has_status(MessageStatus.HELD))
        .where(messages.c.reason == Reason.APPROVAL.value, messages.c.send_at <= now)
        .values(status=MessageStatus.SCHEDULED.value)
    )
