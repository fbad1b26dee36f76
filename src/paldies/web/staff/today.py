"""Today: whom to ring, what to approve, who complains, what is held, and what broke."""

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from paldies.replies import deeds, leases
from paldies.replies.deeds import About, What
from paldies.replies.leases import Taken
from paldies.replies.task_list import Task, to_do
from paldies.reports.days import Days
from paldies.web.staff.day import call_of, channels_at_rest, read_day, subject_of
from paldies.web.staff.guard import Guard, Visit
from paldies.web.staff.look import Look, go_to
from paldies.web.staff.office import Office


def today(office: Office, look: Look, guard: Guard, days: Days) -> APIRouter:
    pages = APIRouter()
    admitted = Depends(guard.admit)

    async def count() -> None:
        """What other pages will show, a day at a time while this one is read: others are not kept waiting."""
        for on in days.shown(office.now):
            await office.look(days.day, on, office.now)

    @pages.api_route("/", methods=["GET", "HEAD"])
    async def show(request: Request, visit: Visit = admitted) -> Response:
        day = await office.look(read_day, office.now)
        greeting = _greeting(office.now.astimezone(office.zone).hour)
        at_rest = channels_at_rest(office.app)
        page = look.page("today", request, visit, day=day, greeting=greeting, at_rest=at_rest)
        page.background = BackgroundTask(count)
        return page

    @pages.post("/next")
    async def begin(visit: Visit = admitted) -> Response:
        """Takes the most urgent call that nobody has, and opens it."""
        task = await office.write(_take_next, visit.name, office)
        if task is None:
            return go_to("/desk/", saying="There is nobody to ring just now.")
        return go_to(f"/desk/tasks/{task.id}")

    @pages.api_route("/taken", methods=["GET", "HEAD"])
    async def taken(visit: Visit = admitted) -> dict[str, str]:
        """Who has what, for pages that are open: by subject, `Anna has it since 9:05`."""
        held = await office.look(leases.holders, office.now)
        return {
            subject: f"{one.staff} has it since {look.here(one.since)}"
            for subject, one in held.items()
            if one.staff != visit.name
        }

    return pages


def _take_next(session: Session, staff: str, office: Office) -> Task | None:
    now = office.now
    held = leases.holders(session, now)
    for task in to_do(session, now, limit=200):
        call = call_of(task, now, held)
        if call.opens_at or task.is_snoozed(now) or (call.held and call.held.staff != staff):
            continue
        try:
            leases.take(session, subject_of(task), staff, now=now)
        except Taken:
            continue
        about = About(subject_of(task), task.customer_id, task.order_id)
        deeds.note(session, staff, What.TOOK, about=about, now=now)
        return task
    return None


def _greeting(hour: int) -> str:
    return "Good morning" if 4 <= hour < 12 else "Good afternoon" if hour < 18 else "Good evening"
