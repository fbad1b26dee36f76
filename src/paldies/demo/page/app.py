"""What the page asks for: the news since its last look, one letter, one call, the story of one order."""

from importlib.resources import files
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.trustedhost import TrustedHostMiddleware

from paldies.demo.page.cards import card_of, ticker, told
from paldies.demo.page.view import View, day_and_time

# Letters are shown in frames that inherit this: what they might name elsewhere is not fetched either.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS = {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "board.js": "text/javascript; charset=utf-8",
    "reader.js": "text/javascript; charset=utf-8",
}


def make_page(view: View) -> FastAPI:
    page = FastAPI(openapi_url=None)
    page.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])

    @page.middleware("http")
    async def keep_to_this_machine(request: Request, call_next: RequestResponseEndpoint) -> Response:
        """The pages for customers, which are mounted here, bring rules of their own."""
        response = await call_next(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @page.get("/")
    async def index() -> Response:
        return _asset("index.html")

    @page.get("/assets/{name}")
    async def asset(name: str) -> Response:
        if name not in _ASSETS:
            raise HTTPException(404)
        return _asset(name)

    @page.get("/news")
    async def news(since: int = 0) -> dict[str, Any]:
        """What came after so many lines of the chronicle."""
        entries = view.chronicle.entries
        new = entries[max(0, since) :]
        tally = view.chronicle.tally
        return {
            "until": len(entries),
            "clock": day_and_time(view.clock.now()),
            "share": view.share,
            "days": view.days,
            "is_over": view.is_over,
            "orders": tally.orders,
            "ticker": ticker(entries),
            "counts": {
                "letters": tally.letters,
                "telephone": tally.calls + tally.texts,
                "staff": tally.tasks,
                "quiet": tally.silences,
            },
            "cards": [card for entry in new if (card := card_of(entry, view))],
        }

    @page.get("/letters")
    async def letter(id: str) -> dict[str, str]:
        if (mail := view.letter(id)) is None:
            raise HTTPException(404)
        return {
            "from": str(mail.message["From"]),
            "to": mail.recipient,
            "html": mail.body("html"),
            "text": mail.body("plain"),
            "head": mail.head,
        }

    @page.get("/calls/{sid}")
    async def call(sid: str) -> dict[str, Any]:
        """Who was on the line, and what was said."""
        if (found := view.call(sid)) is None:
            raise HTTPException(404)
        return {
            "to": found.to,
            "status": found.status(found.over_at),
            "by": found.answered_by(found.over_at) or "",
            "key": view.key(sid),
            "seconds": view.duration(sid),
            "said": [
                {"text": heard.text, "is_recorded": heard.is_recorded, "is_whole": heard.is_whole}
                for heard in found.heard(found.over_at)
            ],
        }

    @page.get("/orders/{number}")
    async def story(number: str) -> list[dict[str, Any]]:
        """Everything that happened around one order."""
        return [
            told(entry) for entry in view.chronicle.entries if entry.number == number and not entry.is_usual
        ]

    return page


def _asset(name: str) -> Response:
    return Response((files(__package__) / name).read_bytes(), media_type=_ASSETS[name])
