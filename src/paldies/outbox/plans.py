"""Plan versions: a campaign.toml is immutable once published, and every enrolment is pinned to one."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.faults import CampaignFault
from paldies.campaigns.reading import parse
from paldies.campaigns.traits import Traits
from paldies.campaigns.words import EnrolmentState, EventKind
from paldies.store.questions import Question
from paldies.store.schema import campaigns, enrolments, plan_versions
from paldies.store.tables import CampaignRow, PlanVersion


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign.toml that could be read, as it lies in the folder."""

    campaign: Campaign
    source: str

    @property
    def sha(self) -> str:
        return hashlib.sha256(self.source.encode()).hexdigest()


class PlanStep(NamedTuple):
    """A step in its plan; None: the plan has it no longer."""

    campaign: Campaign
    step: Step | None


class Plans:
    """Published plans by their version, parsed once each."""

    def __init__(self, channels: Mapping[str, Traits]) -> None:
        self._channels = channels
        self._parsed: dict[int, Campaign] = {}

    def version(self, session: Session, plan_version_id: int) -> Campaign:
        if plan_version_id not in self._parsed:
            row = session.get_one(PlanVersion, plan_version_id)
            self._parsed[plan_version_id] = parse(
                row.source,
                file=f"{row.campaign} version {row.version}",
                name=row.campaign,
                channels=self._channels,
            )
        return self._parsed[plan_version_id]

    def steps(self, session: Session, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], PlanStep]:
        """By version and the step's key."""
        return {
            (version, key): PlanStep(campaign, campaign.step(key))
            for version, key in wanted
            for campaign in (self.version(session, version),)
        }

    def stopping(self, session: Session) -> frozenset[EventKind]:
        """Everything that any plan there ever was stops on; all kinds, if one cannot be read any more."""
        try:
            versions = [self.version(session, row.id).stop_on for row in _VERSIONS.ask(session)]
        except CampaignFault:
            return frozenset(EventKind)
        return frozenset().union(*versions)

    def running(self, session: Session) -> "list[Running]":
        """The campaigns that take new enrolments, with their present version."""
        return [
            Running(self.version(session, row.plan_version_id), row.plan_version_id, row.first_published_at)
            for row in _RUNNING.ask(session)
        ]


@dataclass(frozen=True, slots=True)
class Running:
    """A published campaign; it enrols only events first seen after `since`."""

    campaign: Campaign
    plan_version_id: int
    since: datetime


def publish(
    session: Session, draft: Draft, now: datetime, *, by: str = "", restores: int | None = None
) -> PlanVersion:
    """Makes a draft the version that new enrolments get; those inside finish theirs."""
    name = draft.campaign.name
    newest = session.scalar(select(func.max(PlanVersion.version)).where(PlanVersion.campaign == name))  # type: ignore[arg-type]
    version = PlanVersion(
        campaign=name,
        version=(newest or 0) + 1,
        sha=draft.sha,
        source=draft.source,
        published_at=now,
        published_by=by,
        restores=restores,
    )
    session.add(version)
    session.flush()
    row = session.get(CampaignRow, name) or CampaignRow(name=name)
    row.plan_version_id = version.id
    row.first_published_at = row.first_published_at or now
    row.withdrawn_at = None
    session.add(row)
    return version


def move_everybody(session: Session, campaign: str, now: datetime, *, is_uncounted: bool) -> PlanVersion:
    """Notes that those inside older plans are moved to the published one, which `outbox.migrating` does.

    What was half-way to an earlier plan goes straight to this one. `is_uncounted`: nobody has confirmed how
    many go sooner for it, so that they count for the blast breaker.
    """
    version = session.get_one(PlanVersion, session.get_one(CampaignRow, campaign).plan_version_id)
    session.execute(
        update(plan_versions).where(plan_versions.c.campaign == campaign).values(moving_since=None)
    )
    version.moving_since, version.is_uncounted = now, is_uncounted
    session.add(version)
    session.flush()
    return version


def publish_where_nobody_is_inside(session: Session, drafts: Iterable[Draft], now: datetime) -> list[str]:
    """Publishes what can harm nobody, at start; returns the names that wait for `campaigns publish`."""
    waiting = []
    for draft in drafts:
        match difference(session, draft):
            case None:
                pass
            case 0 if not _was_left_behind(session, draft):
                publish(session, draft, now)
            case _:
                waiting.append(draft.campaign.name)
    return waiting


def _was_left_behind(session: Session, draft: Draft) -> bool:
    """A person has rolled back what the file still says: that is no edit."""
    row = session.get(CampaignRow, draft.campaign.name)
    present = session.get(PlanVersion, row.plan_version_id) if row and row.plan_version_id else None
    if present is None or present.restores is None or present.sha == draft.sha:
        return False
    earlier = select(plan_versions.c.id).where(plan_versions.c.campaign == draft.campaign.name)
    return session.scalar(earlier.where(plan_versions.c.sha == draft.sha).limit(1)) is not None


def difference(session: Session, draft: Draft) -> int | None:
    """None: the draft is what is published; else how many are inside the published version."""
    row = session.get(CampaignRow, draft.campaign.name)
    if row is None or row.plan_version_id is None:
        return 0
    published = session.get_one(PlanVersion, row.plan_version_id)
    if published.sha == draft.sha and row.withdrawn_at is None:
        return None
    return inside(session, row.name)


def inside(session: Session, campaign: str) -> int:
    """How many passages are under way, under whichever plan."""
    return session.scalar(_INSIDE.where(enrolments.c.campaign == campaign)) or 0


def inside_older(session: Session, campaign: str) -> int:
    """How many of them are under another plan than the published one."""
    present = select(campaigns.c.plan_version_id).where(campaigns.c.name == campaign).scalar_subquery()
    behind = _INSIDE.where(enrolments.c.campaign == campaign, enrolments.c.plan_version_id != present)
    return session.scalar(behind) or 0


def published(session: Session, plans: Plans, campaign: str) -> Campaign | None:
    """The plan that new enrolments get."""
    row = session.get(CampaignRow, campaign)
    return plans.version(session, row.plan_version_id) if row and row.plan_version_id else None


_VERSIONS = Question(select(plan_versions.c.id))
_RUNNING = Question(
    select(campaigns.c.plan_version_id, campaigns.c.first_published_at)
    .where(campaigns.c.withdrawn_at.is_(None), campaigns.c.first_published_at.is_not(None))
    .where(campaigns.c.plan_version_id.is_not(None))
    .order_by(campaigns.c.name)
)
_INSIDE = select(func.count()).select_from(enrolments).where(enrolments.c.state == EnrolmentState.OPEN.value)
