"""`/openapi.json` and `/docs`: how a shop's developer learns to call us."""

import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse

from paldies.web.hooks.openapi import ANSWERS, EXAMPLE, OWN_ANSWERS, columns, document
from paldies.web.look import Look


def description(look: Look) -> APIRouter:
    """Of the endpoints in hooks.py; the page is plain HTML of ours, and loads nothing from anywhere."""
    pages = APIRouter()
    told = document()

    @pages.api_route("/openapi.json", methods=["GET", "HEAD"])
    async def openapi() -> JSONResponse:
        return JSONResponse(told)

    @pages.api_route("/docs", methods=["GET", "HEAD"])
    async def docs(request: Request) -> HTMLResponse:
        return look.page(
            "hooks",
            request,
            calls=_calls(told),
            answers=dict(sorted({**ANSWERS, **OWN_ANSWERS}.items())),
            columns=columns(),
            example=json.dumps(EXAMPLE, indent=2, ensure_ascii=False),
        )

    return pages


def _calls(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Each with its address, what it is, its headers and its answers."""
    return [{"path": path, **methods["post"]} for path, methods in told["paths"].items()]
