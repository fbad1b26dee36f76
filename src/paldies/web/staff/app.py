"""Puts the desk together: one door, one guard behind it, and every page behind the guard."""

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint

from paldies.reports.days import Days
from paldies.web.forms import TooMuch
from paldies.web.reception import Unavailable, Unknown
from paldies.web.staff.calls import calls
from paldies.web.staff.campaigns import campaigns
from paldies.web.staff.complaints import complaints
from paldies.web.staff.customers import customers
from paldies.web.staff.figures import figures
from paldies.web.staff.guard import Forged, Guard, NotAllowed, NotSignedIn
from paldies.web.staff.held import held
from paldies.web.staff.journal import journal
from paldies.web.staff.letters import letters
from paldies.web.staff.look import HEADERS, SCRIPT, Look
from paldies.web.staff.office import Office
from paldies.web.staff.orders import orders
from paldies.web.staff.privacy import privacy
from paldies.web.staff.signing_in import signing_in, signing_out
from paldies.web.staff.today import today

_SAID = {  # what stands on a page that is none, by status
    403: ("That is for an admin", "Ask somebody whose role is “admin” in [[staff.members]] of paldies.toml."),
    404: ("There is nothing here", "Perhaps it was forgotten meanwhile, or the number is wrong."),
    409: ("Nothing was changed", "This page was open for too long. Go back, reload it, and try again."),
    413: ("That is too much", "It is longer than anything the desk asks for."),
    503: (
        "The desk cannot do that now",
        "The database did not answer; try again in a minute.",
    ),
}


def make_desk(office: Office) -> FastAPI:
    """To be mounted at /desk."""
    desk = FastAPI(openapi_url=None, redirect_slashes=False)
    look, guard, days = Look(office), Guard(office), Days(office.zone)
    desk.include_router(signing_in(office, look, guard))
    inside = APIRouter(dependencies=[Depends(guard.admit)])
    inside.include_router(today(office, look, guard, days))
    inside.include_router(calls(office, look, guard))
    inside.include_router(letters(office, look, guard))
    inside.include_router(held(office, look, guard))
    inside.include_router(complaints(office, look, guard))
    inside.include_router(orders(office, look, guard))
    inside.include_router(customers(office, look, guard))
    inside.include_router(privacy(office, look, guard))
    inside.include_router(campaigns(office, look, guard, days))
    inside.include_router(figures(office, look, guard, days))
    inside.include_router(journal(office, look, guard))
    inside.include_router(signing_out(office, guard))

    @inside.api_route("/desk.js", methods=["GET", "HEAD"])
    async def script() -> Response:
        return Response(SCRIPT, media_type="text/javascript; charset=utf-8")

    desk.include_router(inside)

    def said(request: Request, status: int) -> Response:
        title, text = _SAID.get(status, _SAID[404])
        return look.page("said", request, status=status, title=title, text=text)

    @desk.exception_handler(NotSignedIn)
    async def sign_in_first(request: Request, _: Exception) -> Response:
        return look.page("sign_in", request, status=401, staff="", is_missed=False, must_wait=False)

    @desk.exception_handler(NotAllowed)
    async def not_allowed(request: Request, _: Exception) -> Response:
        return said(request, 403)

    @desk.exception_handler(Forged)
    async def forged(request: Request, _: Exception) -> Response:
        page = said(request, 409)
        page.status_code = 403
        return page

    @desk.exception_handler(Unknown)
    async def unknown(request: Request, _: Exception) -> Response:
        return said(request, 404)

    @desk.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        page = said(request, 404)
        page.status_code = error.status_code
        return page

    @desk.exception_handler(TooMuch)
    async def too_much(request: Request, _: Exception) -> Response:
        return said(request, 413)

    @desk.exception_handler(Unavailable)
    async def unavailable(request: Request, _: Exception) -> Response:
        return said(request, 503)

    @desk.middleware("http")
    async def keep_to_ourselves(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return desk
