"""What customers were promised in the cases that their messages confirm."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.facts import Case
from paldies.campaigns.words import EventKind
from paldies.outbox.plans import PlanStep
from paldies.outbox.queue import Waiting
from paldies.store.schema import cases
from paldies.store.views import OrderView


def confirmed_cases(
    session: Session,
    rows: Sequence[Waiting],
    steps: Mapping[tuple[int, str], PlanStep],
    *,
    orders: Mapping[int, OrderView],
) -> dict[int, Case]:
    """By message. What has been promised since, after the customer wrote again, is the newer truth."""
    confirming = {key for key, (plan, _) in steps.items() if plan.trigger is EventKind.CASE_OPENED}
    if not confirming:
        return {}
    return {
        row.id: case
        for row in rows
        if (row.plan_version_id, row.step) in confirming
        if (order := orders.get(row.order_id or 0)) and (case := _latest(session, row, zone=order.zone))
    }


def _latest(session: Session, row: Waiting, *, zone: ZoneInfo) -> Case | None:
    wanted = (
        select(cases.c.person, cases.c.answer_by)
        .where(cases.c.order_id == row.order_id, cases.c.opened_at <= row.event_at)
        .where(cases.c.answer_by.is_not(None))
        .order_by(cases.c.id.desc())
    )
    found = session.execute(wanted.limit(1)).first()
    return Case(found.person, found.answer_by.astimezone(zone)) if found else None
