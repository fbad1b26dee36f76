"""The messages that an enrolment begins with: the first leg of every step."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, select
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
        {
            "key": keys.message_key(enrolment["key"], step.key, 1),
            "enrolment_id": enrolment["id"],
            "customer_id": enrolment["customer_id"],
            "campaign": campaign.name,
            "step": step.key,
            "leg": 1,
            "channel": step.channel,
            "purpose": purposes[step.key],
            "send_at": enrolment["event_at"] + step.offset,
            "is_late_seen": enrolment["is_late_seen"],
            "created_at": now,
            **(_SAID | {"ended_at": now} if step.key in already_said else _FRESH),
        }
        for purposes in [{step.key: step.purpose.value for step in campaign.steps}]
        for enrolment in inside
        for step in plan(campaign)
    ]
    if rows:
        session.connection().execute(insert(messages), rows)


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
_SAID = _FRESH | {"status": MessageStatus.SKIPPED.value, "reason": Reason.ALREADY_SAID.value}
