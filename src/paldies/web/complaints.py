"""`/c/…`: tell us first."""

from fastapi import APIRouter, Request, Response

from paldies.replies.wishes import complain
from paldies.web.forms import LONGEST_TEXT, read_form, text_of
from paldies.web.look import Look
from paldies.web.reception import Reception


def complaints(reception: Reception, look: Look) -> APIRouter:
    pages = APIRouter()

    @pages.api_route("/c/{token}", methods=["GET", "HEAD"])
    async def ask(token: str, request: Request) -> Response:
        about = await reception.about(reception.of_link(token))
        return look.page("complaint", request, about, is_empty=False, longest=LONGEST_TEXT)

    @pages.post("/c/{token}")
    async def take(token: str, request: Request) -> Response:
        find, form = reception.of_link(token), await read_form(request)
        text, ring = text_of(form, "text"), "ring" in form
        if not text and not ring:
            about = await reception.about(find)
            return look.page("complaint", request, about, status=422, is_empty=True, longest=LONGEST_TEXT)
        about, heard = await reception.answer(
            find, complain, text=text, ring=ring, duty=reception.duty, now=reception.clock.now()
        )
        reception.tell_of_case(heard.case, about)
        if ring:
            reception.tell_of_call_back(about)
        texts = ["heard_ring" if ring else "heard_complaint"]
        return look.page("said", request, about, title="heard_title", texts=texts, promise=heard.promise)

    return pages
