"""What holds for every order at any time, and for every row in the end: one outcome, one reason."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EnrolmentState, MessageStatus
from paldies.reports.as_json import to_json
from paldies.reports.story import OrderStory
from paldies.reports.telling import to_text
from paldies.store import schema

_ENDED = {status.value for status in MessageStatus} - {"scheduled", "sending", "unconfirmed", "held"}
_WITH_A_REASON = {EnrolmentState.DECLINED.value, EnrolmentState.JOINED.value, EnrolmentState.STOPPED.value}


def everything_has_its_reason(story: OrderStory) -> None:
    """As `messages why` tells it, in a terminal and as data."""
    told = to_json(story)
    steps = [
        (passage["campaign"], passage["occurrence"], step)
        for passage in told["campaigns"]
        for step in passage["steps"]
    ]
    assert steps
    places = [(campaign, occurrence, step["step"]) for campaign, occurrence, step in steps]
    assert len(places) == len(set(places))
    for _, _, step in steps:
        _has_one_reason(step)
        for leg in step["legs"]:
            _has_one_reason(leg | {"outcome": leg["status"]})
    live = [leg for _, _, step in steps for leg in step["legs"] if leg["status"] == "scheduled"]
    waits = [leg for leg in live if not leg["parked"]]
    paused = any(passage["paused_at"] for passage in told["campaigns"])
    assert bool(told["next"]) or not waits or paused
    assert to_text(story).count("UNEXPLAINED") == 0


def everything_has_ended(session: Session) -> None:
    """Of everybody, the forgotten too: as the rows have it."""
    forgotten = {row.id: row.forgotten_at for row in session.execute(select(schema.customers))}
    for message in session.execute(select(schema.messages)).mappings():
        assert message["status"] in _ENDED, message
        assert bool(message["reason"]) != (message["status"] == MessageStatus.SENT), message
        assert message["reason"] != Reason.UNFORESEEN, message
        assert message["look_at"] is None, message
        assert message["created_at"] <= (forgotten[message["customer_id"]] or message["created_at"]), message
    for passage in session.execute(select(schema.enrolments)).mappings():
        assert passage["state"] != EnrolmentState.OPEN, passage
        assert bool(passage["reason"]) == (passage["state"] in _WITH_A_REASON), passage
    for task in session.execute(select(schema.staff_tasks)).mappings():
        assert task["kind"] != "step" or bool(task["outcome"]), task
        assert bool(task["outcome"]) == (task["done_at"] is not None), task


def _has_one_reason(told: Mapping[str, Any]) -> None:
    assert told["reason"] != "unexplained", told
    assert bool(told["reason"]) != (told["outcome"] == "sent"), told
    assert told["sentence"].endswith("."), told
