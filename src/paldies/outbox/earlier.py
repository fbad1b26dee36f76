"""When the steps before a message's own were sent, or will be."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.outbox.plans import Plans
from paldies.outbox.queue import Waiting
from paldies.store.schema import messages


def earlier_moments(session: Session, rows: Sequence[Waiting], plans: Plans) -> dict[int, datetime]:
    """For steps that choose their moment: the latest moment of the steps before them."""
    choosing = {
        row.enrolment_id: plans.version(session, row.plan_version_id)
        for row in rows
        if (step := plans.version(session, row.plan_version_id).step(row.step)) and step.looks_early
    }
    if not choosing:
        return {}
    moments: dict[int, dict[str, datetime]] = defaultdict(dict)
    wanted = select(messages.c.enrolment_id, messages.c.step, messages.c.send_at, messages.c.claimed_at)
    for found in session.execute(wanted.where(messages.c.enrolment_id.in_(choosing))):
        moments[found.enrolment_id][found.step] = found.claimed_at or found.send_at
    earlier = {}
    for row in rows:
        if (campaign := choosing.get(row.enrolment_id)) and campaign.step(row.step):
            order_of_steps = [step.key for step in campaign.steps]
            before = order_of_steps[: order_of_steps.index(row.step)]
            known = [moments[row.enrolment_id][key] for key in before if key in moments[row.enrolment_id]]
            if known:
                earlier[row.id] = max(known)
    return earlier
