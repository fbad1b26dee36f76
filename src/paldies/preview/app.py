"""What the page asks for: the campaign as it is now, the orders to choose from, what was saved."""

from importlib.resources import files
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.trustedhost import TrustedHostMiddleware

from paldies.preview import examples
from paldies.preview.bench import Bench
from paldies.preview.timeline import timeline
from paldies.preview.watching import fingerprint

# Letters are shown in frames that inherit this: they may show pictures, and run nothing.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data: https:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS = {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "bench.js": "text/javascript; charset=utf-8",
    "pieces.js": "text/javascript; charset=utf-8",
    "made.js": "text/javascript; charset=utf-8",
}


def make_page(bench: Bench) -> FastAPI:
    """For this machine only: it shows customers' names, and asks nobody who they are."""
    page = FastAPI(openapi_url=None)
    page.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])

    @page.middleware("http")
    async def keep_to_this_machine(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @page.get("/")
    def index() -> Response:
        return _asset("index.html")

    @page.get("/assets/{name}")
    def asset(name: str) -> Response:
        if name not in _ASSETS:
            raise HTTPException(404)
        return _asset(name)

    @page.get("/saved")
    def saved() -> dict[str, str]:
        """Another answer once anything in the folder has been saved."""
        return {"state": fingerprint(bench.folder)}

    @page.get("/orders")
    def orders() -> list[dict[str, Any]]:
        return examples.choices(bench)

    @page.get("/campaigns/{name}")
    def campaign(name: str, order: str = "", locale: str = "") -> dict[str, Any]:
        state = fingerprint(bench.folder)  # before reading: what is saved meanwhile is read again
        if (sample := examples.example(bench, order)) is None:
            raise HTTPException(404, "There is no such order any more.")
        if (told := timeline(bench, name, sample, locale=locale)) is None:
            raise HTTPException(404, f"There is no campaign {name!r} in the templates folder.")
        return told | {"state": state}

    return page


def _asset(name: str) -> Response:
    return Response((files(__package__) / "page" / name).read_bytes(), media_type=_ASSETS[name])
