"""What was done at the desk, and by whom."""

from fastapi import APIRouter, Depends, Request, Response

from paldies.replies import deeds
from paldies.web.staff.guard import Guard, Visit
from paldies.web.staff.look import Look
from paldies.web.staff.office import Office

_SHOWN = 100


def journal(office: Office, look: Look, guard: Guard) -> APIRouter:
    pages = APIRouter(prefix="/log")
    admitted = Depends(guard.admit)

    @pages.api_route("", methods=["GET", "HEAD"])
    async def show(request: Request, before: int | None = None, visit: Visit = admitted) -> Response:
        shown = await office.look(deeds.latest, before=before, limit=_SHOWN)
        older = shown[-1][0] if len(shown) == _SHOWN else None
        return look.page("log", request, visit, shown=[deed for _, deed in shown], older=older)

    return pages
