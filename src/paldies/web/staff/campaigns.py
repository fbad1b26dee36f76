"""Campaigns: what each step has come to, and a way to stop one, or everything."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.definition import Campaign
from paldies.campaigns.words import MessageStatus
from paldies.outbox import pausing
from paldies.outbox.plans import inside
from paldies.replies import deeds
from paldies.replies.deeds import About, What
from paldies.reports.days import SHOWN, Days, Group, summed
from paldies.store import installation
from paldies.store.schema import campaigns as campaign_rows
from paldies.web.reception import Unknown
from paldies.web.staff.guard import Guard, Visit
from paldies.web.staff.look import Look, go_to
from paldies.web.staff.office import Office

_COLUMNS = {  # as they are counted, in the order in which they are shown
    "waiting": (MessageStatus.SCHEDULED, MessageStatus.SENDING),
    "sent": (MessageStatus.SENT,),
    "skipped": (MessageStatus.SKIPPED, MessageStatus.CANCELLED),
    "held": (MessageStatus.HELD,),
    "failed": (MessageStatus.FAILED, MessageStatus.UNCONFIRMED),
}


@dataclass(frozen=True, slots=True)
class StepCounts:
    """`counts` are by the words of _COLUMNS; `is_gone`: the plan has no such step any more."""

    name: str
    channels: tuple[str, ...]
    counts: Mapping[str, int]
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class State:
    name: str
    title: str
    paused_at: datetime | None
    withdrawn_at: datetime | None
    inside: int
    steps: list[StepCounts]


def campaigns(office: Office, look: Look, guard: Guard, days: Days) -> APIRouter:
    pages = APIRouter(prefix="/campaigns")
    admitted = Depends(guard.admit)

    @pages.api_route("", methods=["GET", "HEAD"])
    async def show(request: Request, visit: Visit = admitted) -> Response:
        states, paused_at = await office.look(_states, office, days)
        return look.page(
            "campaigns",
            request,
            visit,
            states=states,
            paused_at=paused_at,
            columns=list(_COLUMNS),
            days=SHOWN,
        )

    @pages.post("/all/pause")
    async def pause_all(visit: Visit = admitted) -> Response:
        await office.write(_stop_all, visit.name, office.now)
        return go_to("/desk/campaigns", saying="Nothing is sent any more, until somebody lets it go on.")

    @pages.post("/all/resume")
    async def resume_all(visit: Visit = admitted) -> Response:
        await office.write(_start_all, visit.name, office.now)
        return go_to("/desk/campaigns", saying="Sending goes on.")

    @pages.post("/{name}/pause")
    async def pause(name: str, visit: Visit = admitted) -> Response:
        is_news = await office.write(_stop, name, visit.name, office.now)
        said = f"{name} is paused: nothing of it is sent." if is_news else f"{name} was paused already."
        return go_to("/desk/campaigns", saying=said)

    @pages.post("/{name}/resume")
    async def resume(name: str, visit: Visit = admitted) -> Response:
        freed = await office.write(_start, name, visit.name, office.now)
        said = f"{name} was not paused." if freed is None else f"{name} goes on; {freed} messages had waited."
        return go_to("/desk/campaigns", saying=said)

    return pages


def _states(session: Session, office: Office, days: Days) -> tuple[list[State], datetime | None]:
    total = summed(days.latest(session, office.now))
    total.update(days.waiting(session, office.now))
    states = []
    for row in session.execute(select(campaign_rows).order_by(campaign_rows.c.name)):
        if row.plan_version_id is None:
            continue
        plan = office.app.plans.version(session, row.plan_version_id)
        states.append(
            State(
                row.name,
                plan.title,
                row.paused_at,
                row.withdrawn_at,
                inside(session, row.name),
                _steps(plan, total),
            )
        )
    return states, installation.paused_at(session)


def _steps(plan: Campaign, total: Counter[Group]) -> list[StepCounts]:
    own = {group: count for group, count in total.items() if group.campaign == plan.name}
    known = {step.key for step in plan.steps}
    gone = sorted({group.step for group in own} - known)
    return [
        *(StepCounts(step.name, step.channels, _counts(own, step.key)) for step in plan.steps),
        *(StepCounts(name, (), _counts(own, name), is_gone=True) for name in gone),
    ]


def _counts(own: Mapping[Group, int], step: str) -> dict[str, int]:
    return {
        column: sum(count for group, count in own.items() if group.step == step and group.status in statuses)
        for column, statuses in _COLUMNS.items()
    }


def _stop(session: Session, name: str, staff: str, now: datetime) -> bool:
    """Raises Unknown."""
    if session.scalar(select(campaign_rows.c.name).where(campaign_rows.c.name == name)) is None:
        raise Unknown
    is_news = pausing.pause(session, name, now)
    if is_news:
        deeds.note(session, staff, What.PAUSED, about=About(f"campaign {name}"), now=now)
    return is_news


def _start(session: Session, name: str, staff: str, now: datetime) -> int | None:
    freed = pausing.resume(session, name)
    if freed is not None:
        deeds.note(session, staff, What.RESUMED, about=About(f"campaign {name}"), now=now)
    return freed


def _stop_all(session: Session, staff: str, now: datetime) -> None:
    if installation.paused_at(session) is None:
        installation.set_paused(session, now)
        deeds.note(session, staff, What.PAUSED, about=About("all sending"), now=now)


def _start_all(session: Session, staff: str, now: datetime) -> None:
    if installation.paused_at(session) is not None:
        installation.set_paused(session, None)
        deeds.note(session, staff, What.RESUMED, about=About("all sending"), now=now)
