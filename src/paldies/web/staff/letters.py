"""One message that waits for a person: read it, change it for this customer, let it go or drop it."""

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from paldies.campaigns.reasons import Reason
from paldies.outbox import by_hand
from paldies.outbox.by_hand import Handled
from paldies.outbox.composer import RenderFault
from paldies.outbox.wordings import write_wording
from paldies.replies import deeds, leases
from paldies.replies.deeds import About, What
from paldies.replies.leases import Taken
from paldies.reports.waiting import Letter
from paldies.templates.by_hand import Wording
from paldies.templates.renderer import Content
from paldies.web.forms import text_of
from paldies.web.staff.drafts import (
    LONGEST,
    changed,
    known_letter,
    read_content,
    read_draft,
    subject_of,
    wording_of,
)
from paldies.web.staff.guard import Guard, Visit
from paldies.web.staff.look import LETTER, Look, go_to
from paldies.web.staff.office import Office


def letters(office: Office, look: Look, guard: Guard) -> APIRouter:
    pages = APIRouter(prefix="/messages/{number}")
    admitted = Depends(guard.admit)

    async def drawn(number: int, request: Request, visit: Visit, problem: str = "") -> Response:
        draft = await office.look(read_draft, number, office)
        typed = wording_of(visit.form) or draft.wording or draft.own
        status = 409 if problem else 200
        return look.page(
            "letter",
            request,
            visit,
            draft=draft,
            typed=typed,
            problem=problem,
            longest=LONGEST,
            status=status,
        )

    async def shown(number: int, typed: Wording | None = None) -> Response:
        try:
            return _framed(await office.look(read_content, number, office, typed))
        except RenderFault as fault:
            return _framed(str(fault))

    @pages.api_route("", methods=["GET", "HEAD"])
    async def show(number: int, request: Request, visit: Visit = admitted) -> Response:
        return await drawn(number, request, visit)

    @pages.api_route("/letter", methods=["GET", "HEAD"])
    async def as_it_is(number: int, visit: Visit = admitted) -> Response:
        return await shown(number)

    @pages.post("/letter")
    async def as_it_would_be(number: int, visit: Visit = admitted) -> Response:
        return await shown(number, wording_of(visit.form))

    @pages.post("/take")
    async def take(number: int, request: Request, visit: Visit = admitted) -> Response:
        try:
            await office.write(_take, number, visit.name, office, over="over" in visit.form)
        except Taken as taken:
            return await drawn(number, request, visit, _taken(taken, look))
        return go_to(f"/desk/messages/{number}")

    @pages.post("/approve")
    async def approve(number: int, request: Request, visit: Visit = admitted) -> Response:
        wording = wording_of(visit.form)
        if wording and not (wording.body and wording.subject):
            return await drawn(number, request, visit, "There is nothing written in it.")
        try:
            if wording:
                wording = await office.look(changed, number, office, wording)
            handled, who = await office.write(_approve, number, visit.name, office, wording)
        except RenderFault as fault:
            return await drawn(number, request, visit, f"Nothing was changed: {fault}")
        except Taken as taken:
            return await drawn(number, request, visit, _taken(taken, look))
        if not handled.is_done:
            return await drawn(number, request, visit, f"Nothing was changed: {handled.sentence}.")
        return go_to("/desk/", saying=f"The message for {who} {handled.sentence}.")

    @pages.post("/drop")
    async def drop(number: int, request: Request, visit: Visit = admitted) -> Response:
        try:
            handled, who = await office.write(_drop, number, visit.name, office)
        except Taken as taken:
            return await drawn(number, request, visit, _taken(taken, look))
        if not handled.is_done:
            return await drawn(number, request, visit, f"Nothing was changed: {handled.sentence}.")
        return go_to("/desk/", saying=f"The message for {who} is not sent.")

    @pages.post("/settle")
    async def settle(number: int, request: Request, visit: Visit = admitted) -> Response:
        was_sent = text_of(visit.form, "was") == "sent"
        handled, who = await office.write(_settle, number, visit.name, office, was_sent=was_sent)
        if not handled.is_done:
            return await drawn(number, request, visit, f"Nothing was changed: {handled.sentence}.")
        return go_to("/desk/", saying=f"The message for {who}: {handled.sentence}.")

    return pages


def _framed(content: Content | str) -> Response:
    """In a frame of its own, which nothing in it can leave."""
    if isinstance(content, Content) and content.html:
        return HTMLResponse(content.html, headers=LETTER)
    plain = content if isinstance(content, str) else content.text
    return Response(plain, media_type="text/plain; charset=utf-8", headers=LETTER)


def _take(session: Session, number: int, staff: str, office: Office, *, over: bool) -> None:
    letter = known_letter(session, number)
    if leases.take(session, subject_of(number), staff, now=office.now, over=over):
        what = What.TOOK_OVER if over else What.TOOK
        deeds.note(session, staff, what, about=_about(letter), now=office.now)


def _approve(
    session: Session, number: int, staff: str, office: Office, wording: Wording | None
) -> tuple[Handled, str]:
    """Raises Unknown, Taken."""
    letter = _mine(session, number, staff, office)
    (handled,) = by_hand.approve(session, [letter.key], now=office.now)
    if handled.is_done:
        if wording:
            write_wording(session, number, wording, by=staff, now=office.now)
        is_letter = letter.reason == Reason.APPROVAL
        what = (What.REWORDED if wording else What.APPROVED) if is_letter else What.RELEASED
        _done(session, letter, staff, what, office)
    return handled, letter.name


def _drop(session: Session, number: int, staff: str, office: Office) -> tuple[Handled, str]:
    """Raises Unknown, Taken."""
    letter = _mine(session, number, staff, office)
    (handled,) = by_hand.cancel(session, [letter.key], now=office.now)
    if handled.is_done:
        _done(session, letter, staff, What.DROPPED, office)
    return handled, letter.name


def _settle(
    session: Session, number: int, staff: str, office: Office, *, was_sent: bool
) -> tuple[Handled, str]:
    """Raises Unknown, Taken."""
    letter = _mine(session, number, staff, office)
    (handled,) = by_hand.settle(session, [letter.key], was_sent=was_sent, now=office.now)
    if handled.is_done:
        _done(session, letter, staff, What.SETTLED, office, note="sent" if was_sent else "not sent")
    return handled, letter.name


def _mine(session: Session, number: int, staff: str, office: Office) -> Letter:
    """Raises Unknown, and Taken if a colleague is reading it."""
    letter = known_letter(session, number)
    held = leases.holder(session, subject_of(number), now=office.now)
    if held and held.staff != staff:
        raise Taken(held)
    return letter


def _done(
    session: Session, letter: Letter, staff: str, what: What, office: Office, *, note: str = ""
) -> None:
    leases.end(session, subject_of(letter.id))
    deeds.note(session, staff, what, about=_about(letter), now=office.now, note=note)


def _about(letter: Letter) -> About:
    return About(subject_of(letter.id), letter.customer_id, letter.order_id)


def _taken(taken: Taken, look: Look) -> str:
    return f"{taken.held.staff} is reading it since {look.here(taken.held.since)}, so nothing was changed."
