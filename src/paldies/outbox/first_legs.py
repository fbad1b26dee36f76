"""The messages that an enrolment begins with: the first leg of every step."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, bindparam, case, func, insert, literal, select, true, union_all
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.definition import Campaign
from paldies.campaigns.planner import plan
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.store.among import among
from paldies.store.later import later
from paldies.store.prepared import Prepared
from paldies.store.schema import enrolments, messages


class _Step(NamedTuple):
    """A row of what a plan adds to every enrolment."""

    place: int
    step: str
    key: str  # what follows the enrolment's
    channel: str
    purpose: str
    seconds: int  # after the event
    status: str
    reason: str


def plan_messages(
    session: Session,
    enrolment_keys: Sequence[str],
    campaign: Campaign,
    *,
    now: datetime | None = None,
    said: Iterable[str] = (),
) -> None:
    """Writes the first leg of every step; steps in `said` are written as skipped.

    One plan is applied to all enrolments by one statement. `now`: if nothing is said, when each was enrolled.
    """
    if steps := _steps(campaign, frozenset(said)):
        _applying(steps).run(session, [{"enrolled": tuple(enrolment_keys), "at": now}])


def first_leg(enrolment: RowMapping, step: str, *, now: datetime) -> dict[str, Any]:
    """A row for `messages` without its channel, purpose and moment."""
    return {
        "key": keys.message_key(enrolment["key"], step, 1),
        "enrolment_id": enrolment["id"],
        "customer_id": enrolment["customer_id"],
        "campaign": enrolment["campaign"],
        "step": step,
        "is_late_seen": enrolment["is_late_seen"],
        "created_at": now,
        "status": MessageStatus.SCHEDULED.value,
        "reason": "",
        "ended_at": None,
        **_FRESH,
    }


_FRESH = {
    "leg": 1,
    "note": "",
    "attempts": 0,
    "rfc_id": "",
    "possible_duplicate": False,
    "receipt": "",
}


def _steps(campaign: Campaign, said: frozenset[str]) -> tuple[_Step, ...]:
    purposes = {step.key: step.purpose.value for step in campaign.steps}
    return tuple(
        _Step(
            place,
            step.key,
            keys.message_key("", step.key, 1),
            step.channel,
            purposes[step.key],
            int(step.offset.total_seconds()),
            (MessageStatus.SKIPPED if step.key in said else MessageStatus.SCHEDULED).value,
            Reason.ALREADY_SAID.value if step.key in said else "",
        )
        for place, step in enumerate(plan(campaign))
    )


@lru_cache(maxsize=256)
def _applying(steps: tuple[_Step, ...]) -> Prepared:
    step = union_all(
        *(select(*(literal(value).label(name) for name, value in one._asdict().items())) for one in steps)
    ).subquery("step")
    now = func.coalesce(bindparam("at", type_=messages.c.created_at.type), enrolments.c.created_at)
    fresh = {name: literal(value, messages.c[name].type) for name, value in _FRESH.items()}
    told = {
        "key": enrolments.c.key.concat(step.c.key),
        "enrolment_id": enrolments.c.id,
        "customer_id": enrolments.c.customer_id,
        "campaign": enrolments.c.campaign,
        "step": step.c.step,
        "is_late_seen": enrolments.c.is_late_seen,
        "channel": step.c.channel,
        "purpose": step.c.purpose,
        "status": step.c.status,
        "reason": step.c.reason,
        "send_at": later(enrolments.c.event_at, step.c.seconds),
        "created_at": now,
        "ended_at": case((step.c.status == MessageStatus.SKIPPED.value, now)),
    } | fresh
    rows = (
        select(*told.values()).join_from(enrolments, step, true()).where(among(enrolments.c.key, "enrolled"))
    )
    return Prepared(insert(messages).from_select(list(told), rows))
