"""`/f/…`: how was it?"""

from fastapi import APIRouter, Request, Response

from paldies.replies.feedback import RATINGS, give
from paldies.web.forms import LONGEST_TEXT, read_form, text_of
from paldies.web.look import Look
from paldies.web.reception import Reception


def feedback(reception: Reception, look: Look) -> APIRouter:
    pages = APIRouter()

    @pages.api_route("/f/{token}", methods=["GET", "HEAD"])
    async def ask(token: str, request: Request, rating: str = "") -> Response:
        """A link may bring a rating along: it is chosen, and waits to be sent."""
        about = await reception.about(reception.of_link(token))
        chosen = _rating(rating)
        return look.page("feedback", request, about, is_empty=False, chosen=chosen, longest=LONGEST_TEXT)

    @pages.post("/f/{token}")
    async def take(token: str, request: Request) -> Response:
        """Happy or not, everybody is invited to write a review in the same words."""
        find, form = reception.of_link(token), await read_form(request)
        rating, text = _rating(text_of(form, "rating")), text_of(form, "text")
        is_problem = "problem" in form
        if rating is None and not text and not is_problem:
            about = await reception.about(find)
            return look.page(
                "feedback", request, about, status=422, is_empty=True, chosen=None, longest=LONGEST_TEXT
            )
        about, heard = await reception.answer(
            find,
            give,
            rating=rating,
            text=text,
            is_problem=is_problem,
            duty=reception.duty,
            now=reception.clock.now(),
        )
        if heard is None:
            return look.page(
                "said", request, about, title="thanks_title", texts=["thanks_text"], invites_review=True
            )
        reception.tell_of_case(heard.case, about)
        return look.page(
            "said",
            request,
            about,
            title="heard_title",
            texts=["heard_feedback"],
            promise=heard.promise,
            invites_review=True,
        )

    return pages


def _rating(said: str) -> int | None:
    return int(said) if said in map(str, RATINGS) else None
