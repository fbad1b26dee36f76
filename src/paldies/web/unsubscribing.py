"""`/u/…`: the way out, for people by a page and for mail programs in one step (RFC 8058)."""

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from paldies.replies.unsubscribing import WayOut, undo, unsubscribe
from paldies.web.forms import read_form
from paldies.web.look import Look
from paldies.web.reception import Reception

_CHOICES = (WayOut.CAMPAIGN, WayOut.PROMOTIONAL, WayOut.CALLS, WayOut.EVERYTHING)


def unsubscribing(reception: Reception, look: Look) -> APIRouter:
    pages = APIRouter()

    @pages.api_route("/u/{token}", methods=["GET", "HEAD"])
    async def ask(token: str, request: Request) -> Response:
        about = await reception.about(reception.of_link(token))
        return look.page("unsubscribe", request, about, choices=_CHOICES, chosen=WayOut.PROMOTIONAL)

    @pages.post("/u/{token}")
    async def act(token: str, request: Request) -> Response:
        """Whatever else the body says, somebody wants out; only our own button takes it back."""
        find, form = reception.of_link(token), await read_form(request)
        now = reception.clock.now()
        if "undo" in form:
            about, _ = await reception.answer(find, undo, what=_choice(form, "undo"), now=now)
            return look.page("said", request, about, title="undone_title", texts=["undone_text"])
        what = _choice(form, "what")
        about, _ = await reception.answer(find, unsubscribe, what=what, now=now)
        return look.page("unsubscribed", request, about, what=what)

    return pages


def _choice(form: FormData, name: str) -> WayOut:
    """What mail programs mean, unless it says something else that can be understood."""
    said = form.get(name)
    return WayOut(said) if isinstance(said, str) and said in set(WayOut) else WayOut.LIST
