"""One call to make: whom, when, what to say; and how it went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from paldies.campaigns.facts import Order
from paldies.campaigns.words import TaskOutcome
from paldies.replies import deeds, leases, tasks
from paldies.replies.deeds import About, Deed, What
from paldies.replies.later import moment
from paldies.replies.leases import Taken
from paldies.replies.ringing import as_dialled
from paldies.replies.task_list import Before, Task, before, find_task
from paldies.replies.tasks import OUTCOMES, Done, Snoozed, TaskRefused
from paldies.reports.local_time import LocalTime, city
from paldies.store.views import read_orders
from paldies.web.forms import text_of
from paldies.web.reception import Unknown
from paldies.web.staff.day import Call, call_of, subject_of
from paldies.web.staff.following import follows
from paldies.web.staff.guard import Guard, Visit
from paldies.web.staff.look import Look, go_to
from paldies.web.staff.office import Office

_BUSY = timedelta(minutes=15)  # a line that is engaged is free again soon
_AT_A_MOMENT = ("later", "promised")


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that whoever rings should have before their eyes."""

    call: Call
    order: Order | None
    before: Before
    deeds: list[Deed]
    clock: LocalTime
    their_city: str  # empty where their clock is the shop's

    @property
    def task(self) -> Task:
        return self.call.task

    @property
    def dialled(self) -> str:
        return as_dialled(self.task.phone) if self.task.phone else ""


def calls(office: Office, look: Look, guard: Guard) -> APIRouter:
    pages = APIRouter(prefix="/tasks/{number}")
    admitted = Depends(guard.admit)

    async def drawn(number: int, request: Request, visit: Visit, problem: str = "", **typed: str) -> Response:
        card = await office.look(_card, number, office)
        status = 409 if problem else 200
        return look.page(
            "call", request, visit, card=card, problem=problem, typed=typed, status=status, dial=as_dialled
        )

    @pages.api_route("", methods=["GET", "HEAD"])
    async def show(number: int, request: Request, visit: Visit = admitted) -> Response:
        return await drawn(number, request, visit)

    @pages.post("/take")
    async def take(number: int, request: Request, visit: Visit = admitted) -> Response:
        over = "over" in visit.form
        try:
            await office.write(_take, number, visit.name, now=office.now, over=over)
        except Taken as taken:
            return await drawn(number, request, visit, _taken(taken, look))
        return go_to(f"/desk/tasks/{number}")

    @pages.post("/give-back")
    async def give_back(number: int, visit: Visit = admitted) -> Response:
        await office.write(_give_back, number, visit.name, now=office.now)
        return go_to("/desk/", saying="It is on the list again for everybody.")

    @pages.post("/done")
    async def done(number: int, request: Request, visit: Visit = admitted) -> Response:
        note, word = text_of(visit.form, "note"), text_of(visit.form, "outcome")
        when, whose = text_of(visit.form, "when"), text_of(visit.form, "whose")
        task = await office.look(_known, number)
        try:
            at = moment(when, office.now, _zone(task, whose, office)) if word in _AT_A_MOMENT else office.now
            told = await office.write(_say, task, word, by=visit.name, note=note, at=at, office=office)
        except (TaskRefused, ValueError) as refusal:
            return await drawn(number, request, visit, _refused(refusal, task, office), note=note, when=when)
        except Taken as taken:
            return await drawn(number, request, visit, _taken(taken, look), note=note, when=when)
        clock = _clock(task, office)
        return go_to("/desk/", saying=" ".join(follows(told, task, clock)))

    return pages


def _card(session: Session, number: int, office: Office) -> Card:
    """Raises Unknown."""
    task, now = _known(session, number), office.now
    orders = read_orders(session, [task.order_id] if task.order_id else [], office.app.house.home_zone)
    about = deeds.about(session, order_ids=[task.order_id or 0], customer_ids=[task.customer_id], limit=10)
    clock = _clock(task, office)
    differs = clock.theirs(now).utcoffset() != clock.ours(now).utcoffset()
    return Card(
        call=call_of(task, now, leases.holders(session, now)),
        order=orders[task.order_id].order if task.order_id else None,
        before=before(session, task),
        deeds=about,
        clock=clock,
        their_city=city(clock.customer_zone) if differs and clock.customer_zone else "",
    )


def _known(session: Session, number: int) -> Task:
    """Raises Unknown."""
    task = find_task(session, number)
    if task is None:
        raise Unknown
    return task


def _take(session: Session, number: int, staff: str, *, now: datetime, over: bool) -> None:
    """Raises Unknown, Taken."""
    task = _known(session, number)
    if task.done_at is None and leases.take(session, subject_of(task), staff, now=now, over=over):
        deeds.note(session, staff, What.TOOK_OVER if over else What.TOOK, about=_about(task), now=now)


def _give_back(session: Session, number: int, staff: str, *, now: datetime) -> None:
    task = _known(session, number)
    if leases.give_back(session, subject_of(task), staff):
        deeds.note(session, staff, What.GAVE_BACK, about=_about(task), now=now)


def _say(
    session: Session,
    task: Task,
    word: str,
    *,
    by: str,
    note: str,
    at: datetime,
    office: Office,
) -> Done | Snoozed:
    """Raises Taken if a colleague has it, TaskRefused."""
    now, plans = office.now, office.app.plans
    held = leases.holder(session, subject_of(task), now=now)
    if held and held.staff != by:
        raise Taken(held)
    told: Done | Snoozed
    match word:
        case "busy":
            told = tasks.snooze(session, task.id, now + _BUSY, now=now)
        case "later":
            told = tasks.snooze(session, task.id, at, now=now)
        case "promised":
            told = tasks.promise(session, task.id, at, by=by, note=note, plans=plans, now=now)
        case _ if word in OUTCOMES:
            told = tasks.done(session, task.id, TaskOutcome(word), by=by, note=note, plans=plans, now=now)
        case _:
            raise TaskRefused("Choose how it went")
    leases.end(session, subject_of(task))
    what = What.TASK_LATER if isinstance(told, Snoozed) else What.TASK_DONE
    deeds.note(session, by, what, about=_about(task), now=now, note=word.replace("_", " "))
    return told


def _about(task: Task) -> About:
    return About(subject_of(task), task.customer_id, task.order_id)


def _clock(task: Task, office: Office) -> LocalTime:
    return LocalTime(next(iter(task.zones), ""), office.zone.key, office.now)


def _zone(task: Task, whose: str, office: Office) -> ZoneInfo:
    return ZoneInfo(task.zones[0]) if whose == "theirs" and task.zones else office.zone


def _taken(taken: Taken, look: Look) -> str:
    held = taken.held
    return f"{held.staff} has it since {look.here(held.since)}, so nothing was written down."


def _refused(refusal: Exception, task: Task, office: Office) -> str:
    if isinstance(refusal, TaskRefused) and refusal.limit:
        limit = _clock(task, office).say(refusal.limit)
        return f"{refusal}, which is until {limit}. Choose “No answer”, and the campaign goes on by itself."
    return f"{str(refusal).rstrip('.')}."
