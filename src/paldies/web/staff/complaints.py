"""Complaints: read, take, answer, close."""

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from paldies.replies import deeds
from paldies.replies.answering import NotNow, answer
from paldies.replies.cases import close_case, take_case
from paldies.replies.deeds import About, What
from paldies.replies.ringing import as_dialled, hour_there
from paldies.reports.complaints import Complaint, closed_complaints, find_complaint, open_complaints
from paldies.reports.local_time import LocalTime
from paldies.templates.by_hand import Wording
from paldies.web.forms import text_of
from paldies.web.reception import Unknown
from paldies.web.staff.answers import begun
from paldies.web.staff.drafts import LONGEST, wording_of
from paldies.web.staff.guard import Guard, Visit
from paldies.web.staff.look import Look, go_to
from paldies.web.staff.office import Office


def complaints(office: Office, look: Look, guard: Guard) -> APIRouter:
    pages = APIRouter(prefix="/cases")
    admitted = Depends(guard.admit)

    @pages.api_route("", methods=["GET", "HEAD"])
    async def every(request: Request, visit: Visit = admitted) -> Response:
        waiting = await office.look(open_complaints)
        closed = await office.look(closed_complaints)
        return look.page("cases", request, visit, waiting=waiting, closed=closed)

    async def drawn(
        number: int, request: Request, visit: Visit, problem: str = "", wording: Wording | None = None
    ) -> Response:
        one = await office.look(_known, number)
        if wording is None and one.is_open:
            wording = await office.look(begun, one, office, visit.member.name)
        done = await office.look(deeds.about, customer_ids=[one.customer_id], limit=10)
        clock = LocalTime(next(iter(one.zones), ""), office.zone.key, office.now)
        return look.page(
            "case",
            request,
            visit,
            case=one,
            deeds=done,
            clock=clock,
            there=hour_there(one.zones, office.now),
            dialled=as_dialled(one.phone) if one.phone else "",
            typed=text_of(visit.form, "resolution"),
            wording=wording,
            longest=LONGEST,
            problem=problem,
            status=409 if problem else 200,
        )

    @pages.api_route("/{number}", methods=["GET", "HEAD"])
    async def show(number: int, request: Request, visit: Visit = admitted) -> Response:
        return await drawn(number, request, visit)

    @pages.post("/{number}/take")
    async def take(number: int, request: Request, visit: Visit = admitted) -> Response:
        if not await office.write(_take, number, visit.name, office):
            one = await office.look(_known, number)
            who = one.taken_by or one.closed_by or "Somebody"
            return await drawn(number, request, visit, f"{who} sees to it already.")
        return go_to(f"/desk/cases/{number}", saying="It is yours: nobody else is told about it any more.")

    @pages.post("/{number}/answer")
    async def send(number: int, request: Request, visit: Visit = admitted) -> Response:
        wording = wording_of(visit.form)
        if wording is None or not (wording.subject and wording.body):
            return await drawn(number, request, visit, "There is nothing written in it.", wording)
        try:
            await office.write(_answer, number, wording, visit.name, office)
        except NotNow as refusal:
            return await drawn(number, request, visit, f"{refusal}.", wording)
        said = "Your answer is on its way. Close the complaint once it is set right."
        return go_to(f"/desk/cases/{number}", saying=said)

    @pages.post("/{number}/close")
    async def close(number: int, request: Request, visit: Visit = admitted) -> Response:
        resolution = text_of(visit.form, "resolution")
        if not resolution:
            return await drawn(number, request, visit, "Say in a sentence how it was set right.")
        freed = await office.write(_close, number, resolution, visit.name, office)
        if freed is None:
            one = await office.look(_known, number)
            return await drawn(
                number, request, visit, f"{one.closed_by or 'Somebody'} has closed it already."
            )
        went_on = f" {freed} messages that waited for it go on." if freed else ""
        return go_to("/desk/", saying=f"Complaint {number} is closed.{went_on}")

    return pages


def _known(session: Session, number: int) -> Complaint:
    """Raises Unknown."""
    one = find_complaint(session, number)
    if one is None:
        raise Unknown
    return one


def _take(session: Session, number: int, staff: str, office: Office) -> bool:
    one = _known(session, number)
    is_news = take_case(session, number, by=staff, now=office.now)
    if is_news:
        deeds.note(session, staff, What.TOOK, about=_about(one), now=office.now)
    return is_news


def _answer(session: Session, number: int, wording: Wording, staff: str, office: Office) -> None:
    """Whoever answers sees to it. Raises NotNow."""
    one, now = _known(session, number), office.now
    if not one.is_open:
        raise NotNow(f"{one.closed_by or 'Somebody'} has closed it already")
    if one.taken_by and one.taken_by != staff:
        raise NotNow(f"{one.taken_by} sees to it already: ask before you answer as well")
    answer(
        session,
        one,
        wording,
        by=staff,
        plans=office.app.plans,
        home_zone=office.app.house.home_zone,
        now=now,
    )
    take_case(session, number, by=staff, now=now)
    deeds.note(session, staff, What.ANSWERED, about=_about(one), now=now)


def _close(session: Session, number: int, resolution: str, staff: str, office: Office) -> int | None:
    one = _known(session, number)
    freed = close_case(session, number, resolution=resolution, by=staff, now=office.now)
    if freed is not None:
        deeds.note(session, staff, What.CASE_CLOSED, about=_about(one), now=office.now)
    return freed


def _about(one: Complaint) -> About:
    return About(f"case {one.number}", one.customer_id, one.order_id)
