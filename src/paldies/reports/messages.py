"""Turns a message and its attempts into what is told of them."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import RowMapping

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EventKind, MessageStatus
from paldies.channels import TRAITS
from paldies.reports.records import Records, Rows
from paldies.reports.refusals import refusal
from paldies.reports.story import AttemptStory, DeliveryStory, Errand, LegStory, Overtaken

Opened = Callable[[bytes], tuple[str, str]]  # what an attempt keeps, to subject and text

REASONS: Mapping[str, Reason] = {reason.value: reason for reason in Reason}
_DELIVERIES: Mapping[str, DeliveryKind] = {kind.value: kind for kind in DeliveryKind}
_CAME_TOO_LATE = {EventKind.CANCELLED: "cancellation", EventKind.REFUNDED: "refund"}
_MAY_HAVE_LEFT = (MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.UNCONFIRMED)


def leg_story(
    leg: RowMapping,
    records: Records,
    *,
    passage: RowMapping,
    events: Rows,
    opened: Opened | None,
    goes_at: datetime | None = None,
) -> LegStory:
    """`events` are those of the order that is asked about; `goes_at`: when it may go first."""
    status = MessageStatus(leg["status"])
    attempts = records.attempts.get(leg["id"], ())
    return LegStory(
        id=leg["id"],
        key=leg["key"],
        number=leg["leg"],
        channel=leg["channel"],
        status=status,
        reason=_reason(status, leg["reason"]),
        note=leg["note"],
        at=_moment(status, leg),
        claimed_at=leg["claimed_at"],
        is_parked=leg["parked_at"] is not None,
        possible_duplicate=leg["possible_duplicate"],
        receipt=leg["receipt"],
        goes_at=goes_at,
        refusal=refusal(leg, passage, records, traits=TRAITS),
        errand=_errand(records.tasks.get(leg["id"], ())),
        is_awaited=leg["look_at"] is not None,
        attempts=tuple(_attempt(attempt, opened) for attempt in attempts),
        deliveries=tuple(
            DeliveryStory(_DELIVERIES[event["kind"]], event["happened_at"], event["note"])
            for event in records.deliveries.get(leg["id"], ())
        ),
        overtaken=_overtaken(leg, records, events=events) if status in _MAY_HAVE_LEFT else (),
    )


def _reason(status: MessageStatus, word: str) -> Reason | None:
    """What waits for nothing but its moment is planned; what is leaving is in flight."""
    if word:
        return REASONS[word]
    return {MessageStatus.SCHEDULED: Reason.PLANNED, MessageStatus.SENDING: Reason.IN_FLIGHT}.get(status)


def _moment(status: MessageStatus, leg: RowMapping) -> datetime:
    at: datetime | None
    match status:
        case MessageStatus.SENT:
            at = leg["sent_at"]
        case MessageStatus.SENDING | MessageStatus.UNCONFIRMED:
            at = leg["claimed_at"]
        case MessageStatus.SCHEDULED | MessageStatus.HELD:
            at = leg["send_at"]
        case _:
            at = leg["ended_at"]
    return at or leg["send_at"]


def _errand(tasks: Rows) -> Errand | None:
    return next(
        (Errand(task["id"], task["due_at"], task["done_at"], task["done_by"]) for task in tasks), None
    )


def _attempt(attempt: RowMapping, opened: Opened | None) -> AttemptStory:
    kept = attempt["content"] if opened else None
    subject, text = opened(kept) if opened and kept else ("", "")
    return AttemptStory(
        address=attempt["address"],
        started_at=attempt["started_at"],
        ended_at=attempt["ended_at"],
        outcome=attempt["outcome"],
        note=attempt["note"],
        subject=subject,
        text=text,
    )


def _overtaken(leg: RowMapping, records: Records, *, events: Rows) -> tuple[Overtaken, ...]:
    """What was only known once the message had left; a bounce is no wish of the customer's."""
    left_at: datetime = leg["claimed_at"]
    changed = [
        Overtaken(_CAME_TOO_LATE[event["kind"]], event["first_seen_at"])
        for event in events
        if event["kind"] in _CAME_TOO_LATE and event["first_seen_at"] > left_at
    ]
    opted_out = [
        Overtaken("opt-out", row["suppressed_at"])
        for address in {attempt["address"] for attempt in records.attempts.get(leg["id"], ())}
        for row in records.suppressions.get(address, ())
        if row["suppressed_at"] > left_at and row["source"] != "bounce"
        if row["channel"] in ("", leg["channel"]) and row["purpose"] in ("", leg["purpose"])
    ]
    return (*changed, *opted_out[:1])
