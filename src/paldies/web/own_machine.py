"""A page for whoever sits at this machine, and for nobody else."""

from importlib.resources.abc import Traversable

from fastapi import FastAPI, HTTPException, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from paldies.web.headers import DefaultHeaders

_HERE = ["127.0.0.1", "localhost"]
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}


def page_of_own(folder: Traversable, *, images: str) -> FastAPI:
    """Its index.html, with the styles and scripts beside it as `assets/…`.

    `images`: where pictures may come from, as in a Content-Security-Policy. Letters are shown in frames that
    inherit this: they run nothing. What is mounted here may bring headers of its own.
    """
    page = FastAPI(openapi_url=None)
    page.add_middleware(TrustedHostMiddleware, allowed_hosts=_HERE)
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src {images};"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    headers |= {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    page.add_middleware(DefaultHeaders, headers=headers)
    assets = {file.name for file in folder.iterdir() if _type(file.name)}

    @page.get("/")
    def index() -> Response:
        return asset("index.html")

    @page.get("/assets/{name}")
    def asset(name: str) -> Response:
        if name not in assets:
            raise HTTPException(404)
        return Response((folder / name).read_bytes(), media_type=f"{_type(name)}; charset=utf-8")

    return page


def _type(name: str) -> str:
    return _TYPES.get(name.rpartition(".")[2], "")
