"""What state each campaign is in: published, edited since, paused, and how many are inside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session

from paldies.campaigns.words import EnrolmentState
from paldies.cli.desk import Desk
from paldies.cli.output import Refused, counted
from paldies.outbox.drafts import Drafts
from paldies.outbox.plans import Draft
from paldies.store.schema import campaigns, enrolments, plan_versions


@dataclass(frozen=True, slots=True)
class CampaignState:
    """One campaign, in the database or in the folder or in both."""

    name: str
    word: str  # published, edited, draft, paused, withdrawn
    version: int | None
    published_at: datetime | None
    paused_at: datetime | None
    inside: int
    finished: int
    published: str  # the source of the published version; empty if there is none
    draft: Draft | None

    @property
    def is_edited(self) -> bool:
        return bool(self.published and self.draft and self.draft.source != self.published)

    @property
    def sentence(self) -> str:
        people = f"{counted(self.inside, 'order')} inside"
        match self.word:
            case "draft":
                return "not published yet; `paldies run` does so as it starts"
            case "edited":
                return f"version {self.version} runs, {people}; campaign.toml was edited since"
            case "paused":
                return f"paused, {people}"
            case "withdrawn":
                return "withdrawn: nobody enters"
        return f"version {self.version}, {people}"


def read_states(session: Session, drafts: Drafts) -> list[CampaignState]:
    """Every campaign that was ever published or lies in the folder and can be read, by name."""
    counts = {
        (name, state): count
        for name, state, count in session.execute(
            select(enrolments.c.campaign, enrolments.c.state, func.count()).group_by(
                enrolments.c.campaign, enrolments.c.state
            )
        )
    }
    rows = session.execute(
        select(campaigns, plan_versions.c.version, plan_versions.c.source).join_from(
            campaigns, plan_versions, plan_versions.c.id == campaigns.c.plan_version_id, isouter=True
        )
    ).mappings()
    known = {row["name"]: row for row in rows}
    states = []
    for name in sorted({*known, *(draft.campaign.name for draft in drafts.good)}):
        row, draft = known.get(name), drafts.named(name)
        source = (row["source"] or "") if row else ""
        states.append(
            CampaignState(
                name=name,
                word=_word(row, draft),
                version=row["version"] if row else None,
                published_at=row["first_published_at"] if row else None,
                paused_at=row["paused_at"] if row else None,
                inside=counts.get((name, EnrolmentState.OPEN.value), 0),
                finished=counts.get((name, EnrolmentState.FINISHED.value), 0),
                published=source,
                draft=draft,
            )
        )
    return states


def named(states: Sequence[CampaignState], name: str) -> CampaignState | None:
    return next((state for state in states if state.name == name), None)


def find_state(desk: Desk, name: str) -> CampaignState:
    """Raises Refused, with what is wrong in its folder if that is why there is none."""
    states = desk.look(read_states, desk.drafts)
    found = named(states, name)
    problems = [problem for problem in desk.drafts.problems if problem.startswith(f"{name}/")]
    if problems and (found is None or found.draft is None):
        raise Refused("\n".join([f"{name} cannot be used as it stands:", *problems]))
    if found is None:
        known = ", ".join(state.name for state in states) or "none"
        raise Refused(f"There is no campaign {name!r}; known are {known}.")
    return found


def find_published(desk: Desk, name: str) -> CampaignState:
    """Raises Refused if it is not published; what is wrong in its folder does not matter."""
    found = named(desk.look(read_states, desk.drafts), name)
    if found is None or not found.published:
        raise Refused(f"{name} is not published. See: paldies campaigns list")
    return found


def _word(row: RowMapping | None, draft: Draft | None) -> str:
    if row is None or not row["source"]:
        return "draft"
    if row["withdrawn_at"]:
        return "withdrawn"
    if row["paused_at"]:
        return "paused"
    return "edited" if draft and draft.source != row["source"] else "published"
