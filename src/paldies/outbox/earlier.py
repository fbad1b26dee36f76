"""When the steps before a message's own were sent, or will be."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.definition import Campaign, Step
from paldies.outbox.plans import PlanStep
from paldies.outbox.queue import Waiting
from paldies.store.among import among
from paldies.store.questions import Question
from paldies.store.schema import messages

_MOMENTS = Question(
    select(messages.c.enrolment_id, messages.c.step, messages.c.send_at, messages.c.claimed_at).where(
        among(messages.c.enrolment_id, "enrolments")
    )
)


def earlier_moments(
    session: Session, rows: Sequence[Waiting], steps: Mapping[tuple[int, str], PlanStep]
) -> dict[int, datetime]:
    """For steps that choose their moment: the latest moment of the steps before them."""
    before = {
        key: _before(campaign, step) for key, (campaign, step) in steps.items() if step and step.looks_early
    }
    choosing = [row for row in rows if (row.plan_version_id, row.step) in before] if before else []
    if not choosing:
        return {}
    moments: dict[int, dict[str, datetime]] = defaultdict(dict)
    for found in _MOMENTS.ask(session, enrolments={row.enrolment_id for row in choosing}):
        moments[found.enrolment_id][found.step] = found.claimed_at or found.send_at
    earlier = {}
    for row in choosing:
        told = moments[row.enrolment_id]
        if known := [told[key] for key in before[row.plan_version_id, row.step] if key in told]:
            earlier[row.id] = max(known)
    return earlier


def _before(campaign: Campaign, step: Step) -> list[str]:
    keys = [one.key for one in campaign.steps]
    return keys[: keys.index(step.key)]
