"""`/hooks/ses` and its like: where mail providers report what came back."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from paldies.channels.email.providers.base import NotBelieved
from paldies.channels.email.providers.base import Unavailable as ProviderUnavailable
from paldies.channels.email.returned.notice import Notice
from paldies.replies.bounces import NotYet
from paldies.replies.provider_reports import ProviderReports
from paldies.web.hooks.body import Bodies, TooLarge, TooMany, TooSlow
from paldies.web.reception import Unavailable, in_time

_LATER = {"Retry-After": "120"}


def mail_reports(reports: ProviderReports) -> APIRouter:
    calls = APIRouter(prefix="/hooks")
    bodies = Bodies()

    async def reported(request: Request) -> Response:
        """Believed, written down, answered: a repetition means the same."""
        provider = request.url.path.rpartition("/")[2]
        try:
            body = await bodies.read(request)
            notices = await reports.read(provider, body, request.headers)
        except TooLarge:
            return _answer(413, "this is more than a report can have to tell")
        except TooSlow:
            return _answer(408, "it came too slowly")
        except NotBelieved as why:
            return _answer(403, str(why))
        except (TooMany, ProviderUnavailable) as why:
            return _answer(503, str(why) or "too much comes at once: send it again", later=True)
        except (ValueError, RecursionError):
            return _answer(400, "this cannot be read")
        try:
            written = await in_time(_taken(reports, provider, body, notices=notices))
        except Unavailable:
            written = False
        return _answer(200) if written else _answer(503, "send it again", later=True)

    for name in reports.names:
        calls.add_api_route(f"/{name}", reported, methods=["POST"], include_in_schema=False)
    return calls


async def _taken(reports: ProviderReports, provider: str, body: bytes, *, notices: Sequence[Notice]) -> bool:
    """False while the message that it is about has not been written down itself."""
    try:
        await reports.take(provider, body, notices)
    except NotYet:
        return False
    return True


def _answer(status: int, problem: str = "", *, later: bool = False) -> Response:
    return JSONResponse({"problem": problem} if problem else {}, status, _LATER if later else None)
