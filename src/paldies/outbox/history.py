"""Every plan that a campaign ever had, and who is inside which."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.campaigns.definition import Campaign
from paldies.campaigns.words import EnrolmentState
from paldies.outbox.plans import Plans
from paldies.store.schema import enrolments, plan_versions


@dataclass(frozen=True, slots=True)
class Version:
    """One published plan; `published_by` is empty if paldies did so itself."""

    number: int
    campaign: Campaign
    source: str
    published_at: datetime
    published_by: str
    restores: int | None
    is_moving: bool  # those inside older plans are being moved to it
    inside: int


def read_history(session: Session, plans: Plans, campaign: str) -> list[Version]:
    """The oldest first."""
    counted = (
        select(enrolments.c.plan_version_id, func.count())
        .where(enrolments.c.campaign == campaign, enrolments.c.state == EnrolmentState.OPEN.value)
        .group_by(enrolments.c.plan_version_id)
    )
    inside: dict[int, int] = {row[0]: row[1] for row in session.execute(counted)}
    wanted = select(plan_versions).where(plan_versions.c.campaign == campaign)
    return [
        Version(
            number=row["version"],
            campaign=plans.version(session, row["id"]),
            source=row["source"],
            published_at=row["published_at"],
            published_by=row["published_by"],
            restores=row["restores"],
            is_moving=row["moving_since"] is not None,
            inside=inside.get(row["id"], 0),
        )
        for row in session.execute(wanted.order_by(plan_versions.c.version)).mappings()
    ]
