"""The messages that an enrolment begins with: the first leg of every step."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.definition import Campaign
from paldies.campaigns.planner import plan
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.store.schema import enrolments, messages


def plan_messages(
    session: Session,
    enrolment_keys: Sequence[str],
    campaign: Campaign,
    *,
    now: datetime,
    said: Iterable[str] = (),
) -> None:
    """Writes the first leg of every step; steps in `said` are written as skipped."""
    already_said = frozenset(said)
    inside = session.execute(select(enrolments).where(enrolments.c.key.in_(enrolment_keys))).mappings()
    rows = [
        first_leg(enrolment, step.key, now=now)
        | {
            "channel": step.channel,
            "purpose": purposes[step.key],
            "send_at": enrolment["event_at"] + step.offset,
            **(_SAID | {"ended_at": now} if step.key in already_said else {}),
        }
        for purposes in [{step.key: step.purpose.value for step in campaign.steps}]
        for enrolment in inside
        for step in plan(campaign)
    ]
    if rows:
        session.connection().execute(insert(messages), rows)


def first_leg(enrolment: RowMapping, step: str, *, now: datetime) -> dict[str, Any]:
    """A row for `messages` without its channel, purpose and moment."""
    return {
        "key": keys.message_key(enrolment["key"], step, 1),
        "enrolment_id": enrolment["id"],
        "customer_id": enrolment["customer_id"],
        "campaign": enrolment["campaign"],
        "step": step,
        "leg": 1,
        "is_late_seen": enrolment["is_late_seen"],
        "created_at": now,
        **_FRESH,
    }


_FRESH = {
    "status": MessageStatus.SCHEDULED.value,
    "reason": "",
    "ended_at": None,
    "note": "",
    "attempts": 0,
    "rfc_id": "",
    "possible_duplicate": False,
    "receipt": "",
}
_SAID = {"status": MessageStatus.SKIPPED.value, "reason": Reason.ALREADY_SAID.value}
