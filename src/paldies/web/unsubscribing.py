"""`/u/…`: the way out, for people by a page and for mail programs in one step (RFC 8058)."""

from fastapi import APIRouter, Request, Response

from paldies.replies import wishes
from paldies.web.desk import Desk
from paldies.web.forms import read_form
from paldies.web.look import Look


def unsubscribing(desk: Desk, look: Look) -> APIRouter:
    pages = APIRouter()

    @pages.api_route("/u/{token}", methods=["GET", "HEAD"])
    async def ask(token: str, request: Request) -> Response:
        about = await desk.about(desk.of_link(token))
        return look.page("unsubscribe", request, about)

    @pages.post("/u/{token}")
    async def act(token: str, request: Request) -> Response:
        """Whatever else the body says, somebody wants out; the page's own form may ask for more."""
        find, form = desk.of_link(token), await read_form(request)
        everything = form.get("what") == "everything"
        about, _ = await desk.answer(find, wishes.unsubscribe, everything=everything, now=desk.clock.now())
        outcome = "unsubscribed_everything" if everything else "unsubscribed_promotional"
        texts = [outcome, "unsubscribed_mistake"]
        return look.page("said", request, about, title="unsubscribed_title", texts=texts)

    return pages
