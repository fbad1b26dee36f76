"""An order's story as plain data, in names that do not change."""

from datetime import UTC, datetime
from typing import Any

from paldies.reports import sentences
from paldies.reports.local_time import LocalTime
from paldies.reports.story import LegStory, OrderStory, PassageStory, StepStory


def to_json(story: OrderStory) -> dict[str, Any]:
    """Ready for `json.dumps`. `at` is in UTC; `at_customer` and `at_shop` are that moment on their clocks.

    Every step has one `outcome` and one `reason`, which is empty only where it was sent.
    """
    clock = LocalTime(story.customer_zone, story.shop_zone, story.now)
    return {
        "order": {
            "shop": story.shop,
            "id": story.id,
            "number": story.number,
            "status": story.status.value,
            "placed_at": _utc(story.placed_at),
            "customer": {"name": story.customer_name, "email": story.email},
            "contact_problem": story.contact_problem,
            "customer_zone": story.customer_zone,
            "shop_zone": story.shop_zone,
        },
        "as_of": _utc(story.now),
        "next": _upcoming(story, clock),
        "paused_at": _utc(story.paused_at),
        "fence": story.fence,
        "daemon_silent_since": _utc(story.daemon_silent_since),
        "events": [
            {
                "kind": event.kind.value,
                "ordinal": event.ordinal,
                "happened_at": _utc(event.happened_at),
                "first_seen_at": _utc(event.first_seen_at),
                "history": event.is_history,
            }
            for event in story.events
        ],
        "campaigns": [_passage(passage, clock) for passage in story.passages],
    }


def _upcoming(story: OrderStory, clock: LocalTime) -> dict[str, Any] | None:
    coming = story.upcoming
    if coming is None:
        return None
    return {
        "what": coming.what.value,
        "campaign": coming.campaign,
        "step": coming.step,
        "channel": coming.channel,
        "sentence": sentences.of_upcoming(coming, clock),
        **_moments(coming.at, clock),
    }


def _passage(passage: PassageStory, clock: LocalTime) -> dict[str, Any]:
    shared = passage.shared
    return {
        "campaign": passage.campaign,
        "title": passage.title,
        "occurrence": passage.occurrence,
        "plan_version": passage.plan_version,
        "state": passage.state.value if passage.state else "none",
        "reason": passage.reason.value if passage.reason else "",
        "sentence": sentences.of_passage(passage, clock),
        "note": passage.note,
        "began_at": _utc(passage.began_at),
        "ended_at": _utc(passage.ended_at),
        "paused_at": _utc(passage.paused_at),
        "withdrawn_at": _utc(passage.withdrawn_at),
        "steps": [_step(step, clock) for step in passage.steps],
        "shared_with": shared
        and {
            "shop": shared.shop,
            "order": shared.order_id,
            "number": shared.order_number,
            "steps": [_step(step, clock) for step in shared.steps],
        },
    }


def _step(step: StepStory, clock: LocalTime) -> dict[str, Any]:
    return {
        "step": step.key,
        "name": step.name,
        "outcome": step.outcome.value,
        "reason": step.reason.value if step.reason else "",
        "sentence": sentences.of_step(step, clock),
        "note": step.note,
        "channel": step.legs[-1].channel if step.legs else "",
        **_moments(step.at, clock),
        "legs": [_leg(leg, step, clock) for leg in step.legs],
    }


def _leg(leg: LegStory, step: StepStory, clock: LocalTime) -> dict[str, Any]:
    return {
        "message": leg.id,
        "key": leg.key,
        "leg": leg.number,
        "channel": leg.channel,
        "status": leg.status.value,
        "reason": leg.reason.value if leg.reason else "",
        "sentence": sentences.of_leg(leg, step, clock),
        "note": leg.note,
        **_moments(leg.at, clock),
        "parked": leg.is_parked,
        "possible_duplicate": leg.possible_duplicate,
        "receipt": leg.receipt,
        "overtaken_by": [{"what": late.by, "at": _utc(late.at)} for late in leg.overtaken],
        "attempts": [
            {
                "address": attempt.address,
                "started_at": _utc(attempt.started_at),
                "ended_at": _utc(attempt.ended_at),
                "outcome": attempt.outcome,
                "note": attempt.note,
                "subject": attempt.subject,
                "text": attempt.text,
            }
            for attempt in leg.attempts
        ],
        "is_awaited": leg.is_awaited,
        "deliveries": [
            {
                "kind": delivery.kind,
                "sentence": delivery.kind.sentence,
                "at": _utc(delivery.at),
                "note": delivery.note,
            }
            for delivery in leg.deliveries
        ],
    }


def _moments(at: datetime | None, clock: LocalTime) -> dict[str, str | None]:
    return {
        "at": _utc(at),
        "at_customer": clock.theirs(at).isoformat() if at else None,
        "at_shop": clock.ours(at).isoformat() if at else None,
    }


def _utc(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
