"""Puts the pages together, with what holds for all of them."""

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse

from paldies.replies.cases import CaseIsFull
from paldies.web.complaints import complaints
from paldies.web.feedback import feedback
from paldies.web.forms import TooMuch
from paldies.web.headers import DefaultHeaders
from paldies.web.health import health
from paldies.web.hooks.description import description
from paldies.web.hooks.hooks import hooks
from paldies.web.hooks.mail import mail_reports
from paldies.web.look import HEADERS, Look
from paldies.web.metrics import metrics
from paldies.web.reception import Expired, Reception, Unavailable, Unknown
from paldies.web.staff.app import make_desk
from paldies.web.staff.office import Office
from paldies.web.texting import texting
from paldies.web.twilio import twilio
from paldies.web.unsubscribing import unsubscribing


def make_pages(reception: Reception, office: Office | None = None) -> FastAPI:
    """Without an `office` there is no desk for staff."""
    pages = FastAPI(openapi_url=None, redirect_slashes=False)
    look = Look(reception.shop, reception.locale, reception.duty.zone.key)
    pages.include_router(unsubscribing(reception, look))
    pages.include_router(feedback(reception, look))
    pages.include_router(complaints(reception, look))
    pages.include_router(health(reception))
    pages.include_router(metrics(reception))
    pages.include_router(texting(reception))
    pages.include_router(twilio(reception))
    if reception.inbox:
        pages.include_router(hooks(reception.inbox))
        pages.include_router(description(look))
    if reception.reports:
        pages.include_router(mail_reports(reception.reports))
    if office:
        pages.mount("/desk", make_desk(office))

        @pages.api_route("/desk", methods=["GET", "HEAD"])
        async def to_the_desk() -> RedirectResponse:
            return RedirectResponse("/desk/", 303)

    @pages.api_route("/", methods=["GET", "HEAD"])
    async def index() -> PlainTextResponse:
        return PlainTextResponse("paldies: the pages that this shop's messages link to.\n")

    @pages.exception_handler(Unknown)
    @pages.exception_handler(HTTPException)
    async def unknown(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return look.page("said", request, status=status, title="unknown_title", texts=["unknown_text"])

    @pages.exception_handler(Expired)
    async def expired(request: Request, _: Exception) -> Response:
        return look.page("said", request, status=410, title="expired_title", texts=["expired_text"])

    @pages.exception_handler(Unavailable)
    @pages.exception_handler(Exception)
    async def unavailable(request: Request, _: Exception) -> Response:
        page = look.page("said", request, status=503, title="unavailable_title", texts=["unavailable_text"])
        page.headers.update(HEADERS | {"Retry-After": "120"})
        return page

    @pages.exception_handler(TooMuch)
    @pages.exception_handler(CaseIsFull)
    async def too_much(request: Request, _: Exception) -> Response:
        return look.page("said", request, status=413, title="too_long_title", texts=["too_long_text"])

    pages.add_middleware(DefaultHeaders, headers=HEADERS)  # the desk has its own
    return pages
