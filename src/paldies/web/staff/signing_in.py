"""`/desk/sign-in/…`: the link shows a button, and the button signs in: mail scanners press none."""

from collections import deque
from datetime import datetime, timedelta

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from paldies.replies import deeds
from paldies.replies.deeds import About, What
from paldies.web.forms import read_form, text_of
from paldies.web.staff import sessions
from paldies.web.staff.guard import Guard, Visit, refuse_strangers
from paldies.web.staff.look import Look, go_to
from paldies.web.staff.office import Office, place

MISSES = 20  # links that were none, in a minute: whoever tries more is told to wait
_A_MINUTE = timedelta(minutes=1)
_LONGEST = 100  # characters of a token


class Misses:
    """How often a link did not work lately, whoever tried it: nobody's address can be trusted here.

    A link that works is never refused for what others have tried.
    """

    def __init__(self) -> None:
        self._at: deque[datetime] = deque(maxlen=MISSES)

    def are_too_many(self, now: datetime) -> bool:
        """Counts one more."""
        full = len(self._at) == MISSES and timedelta(0) <= now - self._at[0] < _A_MINUTE
        if not full:
            self._at.append(now)
        return full


def signing_in(office: Office, look: Look, guard: Guard) -> APIRouter:
    pages = APIRouter(prefix="/sign-in")
    misses = Misses()

    def missed(request: Request) -> Response:
        if misses.are_too_many(office.now):
            page = look.page("sign_in", request, status=429, staff="", is_missed=True, must_wait=True)
            page.headers["Retry-After"] = "60"
            return page
        return look.page("sign_in", request, status=404, staff="", is_missed=True, must_wait=False)

    async def mail_link(address: str) -> None:
        """To a member's own address; whoever asks is told the same in any case, and as quickly."""
        known = (one for one in office.staff.members if one.email and one.email.casefold() == address)
        member = next(known, None)
        if member is None or not office.may_mail_links:
            return
        token = await office.write(_few_links, member.name, office.now)
        if token:
            link = f"{place(office.settings)}/desk/sign-in/{token}"
            await office.app.alerts.mail(*sessions.letter_with(link, member.name), to=member.email)

    @pages.post("/mail")
    async def ask_for_link(request: Request) -> Response:
        refuse_strangers(request)
        address = text_of(await read_form(request), "email").casefold()
        page = look.page("sign_in", request, staff="", is_missed=False, must_wait=False, is_mailed=True)
        page.background = BackgroundTask(mail_link, address)
        return page

    @pages.api_route("/{token}", methods=["GET", "HEAD"])
    async def ask(token: str, request: Request) -> Response:
        staff = await office.look(sessions.whose_link, token[:_LONGEST], now=office.now)
        if not staff:
            return missed(request)
        return look.page("sign_in", request, staff=staff, is_missed=False, must_wait=False)

    @pages.post("/{token}")
    async def act(token: str, request: Request) -> Response:
        refuse_strangers(request)
        await read_form(request)
        secret = await office.write(_enter, token[:_LONGEST], office.now)
        if not secret:
            return missed(request)
        response = go_to("/desk/")
        guard.let_in(response, request, secret)
        return response

    return pages


def signing_out(office: Office, guard: Guard) -> APIRouter:
    pages = APIRouter()

    @pages.post("/sign-out")
    async def leave(request: Request, visit: Visit = Depends(guard.admit)) -> Response:
        await office.write(_leave, visit, office.now)
        response = go_to("/desk/")
        guard.let_out(response, request)
        return response

    return pages


def _few_links(session: Session, staff: str, now: datetime) -> str:
    """A new link's token; empty if they were sent enough of them lately."""
    if not sessions.may_have_link(session, staff, now=now):
        return ""
    return sessions.make_link(session, staff, now=now)


def _enter(session: Session, token: str, now: datetime) -> str:
    """The secret of a new session; empty if the link does not work any more."""
    staff, secret = sessions.use_link(session, token, now=now)
    if secret:
        deeds.note(session, staff.capitalize(), What.SIGNED_IN, about=About(), now=now)
    return secret


def _leave(session: Session, visit: Visit, now: datetime) -> None:
    sessions.sign_out(session, visit.signed_in.id, now=now)
    deeds.note(session, visit.name, What.SIGNED_OUT, about=About(), now=now)
