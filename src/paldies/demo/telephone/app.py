"""Twilio's address on this machine: requests in, Twilio's JSON out."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from secrets import compare_digest
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from starlette.types import Receive, Scope, Send

from paldies.demo.telephone import forms, records
from paldies.demo.telephone.company import Company, Fault
from paldies.demo.telephone.forms import Form
from paldies.demo.telephone.refusals import Refusal

_KEYS = HTTPBasic(auto_error=False)
_Keys = Annotated[HTTPBasicCredentials | None, Depends(_KEYS)]
_HOME = f"{records.API}/Accounts/{{account}}"
_USUAL_PAGE = "50"

P = TypeVar("P")


class Switchboard(FastAPI):
    """Keeps hold of the line itself, which an application is not handed, so that it can break."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["paldies.line"] = getattr(send, "__self__", None)  # uvicorn's side of one request
        await super().__call__(scope, receive, send)


class _NoAnswer(Response):
    """Waits until the other side gives up or, if the line `breaks`, until it is gone."""

    def __init__(self, *, breaks: bool) -> None:
        super().__init__()
        self._breaks = breaks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(scope["paldies.line"], "transport", None)
        if self._breaks and transport is not None:
            transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def make_switchboard(company: Company) -> FastAPI:
    app = Switchboard(openapi_url=None)

    async def enter(account: str, keys: _Keys) -> None:
        given = (keys.username, keys.password) if keys else ("", "")
        if account != company.account or not compare_digest(
            ":".join(given).encode(), f"{company.account}:{company.token}".encode()
        ):
            raise Refusal(20003)

    async def look_up(account: str, keys: _Keys) -> None:
        await enter(account, keys)
        if company.is_out_of_order:
            raise Refusal(20503)

    @app.exception_handler(Refusal)
    async def refuse(request: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, Refusal)  # noqa: S101 - it is registered for nothing else
        return JSONResponse(refusal.body, refusal.status)

    @app.get(_HOME + ".json", dependencies=[Depends(look_up)])
    async def account_of(account: str) -> dict[str, Any]:
        return records.account_record(account)

    @app.post(_HOME + "/Calls.json", dependencies=[Depends(enter)])
    async def place_call(request: Request) -> Response:
        form = forms.read(await request.form(), forms.NEW_CALL)
        return _placed(
            company,
            lambda: records.call_record(company.place_call(form), company.account, company.clock.now()),
        )

    @app.post(_HOME + "/Calls/{sid}.json", dependencies=[Depends(enter)])
    async def change_call(request: Request, sid: str) -> dict[str, Any]:
        call = company.call(sid)
        company.change_call(call, forms.read(await request.form(), forms.CHANGED_CALL))
        return records.call_record(call, company.account, company.clock.now())

    @app.get(_HOME + "/Calls/{sid}.json", dependencies=[Depends(look_up)])
    async def call_of(sid: str) -> dict[str, Any]:
        return records.call_record(company.call(sid), company.account, company.clock.now())

    @app.get(_HOME + "/Calls/{sid}/Notifications.json", dependencies=[Depends(look_up)])
    async def notifications_of(request: Request, sid: str) -> dict[str, Any]:
        found = records.notification_records(company.call(sid), company.account, company.clock.now())
        return _page(request, "notifications", found)

    @app.get(_HOME + "/Calls.json", dependencies=[Depends(look_up)])
    async def calls(request: Request) -> dict[str, Any]:
        asked, now = forms.read(request.query_params, forms.CALL_LIST), company.clock.now()
        found = [
            records.call_record(call, company.account, now)
            for call in reversed(company.calls)
            if _is_asked_for(asked, To=call.to, From=call.form["From"], Status=call.status(now))
            and _is_within(asked, "StartTime", records.started_at(call, now))
            and _is_within(asked, "EndTime", call.over_at if now >= call.over_at else None)
        ]
        return _page(request, "calls", found)

    @app.post(_HOME + "/Messages.json", dependencies=[Depends(enter)])
    async def place_text(request: Request) -> Response:
        form = forms.read(await request.form(), forms.NEW_TEXT)
        return _placed(
            company,
            lambda: records.text_record(company.place_text(form), company.account, company.clock.now()),
        )

    @app.get(_HOME + "/Messages/{sid}.json", dependencies=[Depends(look_up)])
    async def text_of(sid: str) -> dict[str, Any]:
        return records.text_record(company.text(sid), company.account, company.clock.now())

    @app.get(_HOME + "/Messages.json", dependencies=[Depends(look_up)])
    async def texts(request: Request) -> dict[str, Any]:
        asked, now = forms.read(request.query_params, forms.TEXT_LIST), company.clock.now()
        found = [
            records.text_record(text, company.account, now)
            for text in reversed(company.messages)
            if _is_asked_for(asked, To=text.to, From=text.form["From"])
            and _is_within(asked, "DateSent", text.sent_at if text.status(now) != "queued" else None)
        ]
        return _page(request, "messages", found)

    return app


def _placed(company: Company, place: Callable[[], dict[str, Any]]) -> Response:
    """Places it, unless the next fault has other plans."""
    fault = company.faults.popleft() if company.faults else None
    if fault is Fault.TOO_MANY:
        raise Refusal(20429)
    if fault is Fault.UNKNOWN_KEY:
        raise Refusal(20003)
    record = place()
    match fault:
        case Fault.LOST | Fault.SILENT:
            return _NoAnswer(breaks=fault is Fault.LOST)
        case Fault.BROKEN:
            raise Refusal(20500)
    return JSONResponse(record, 201)


def _is_asked_for(asked: Form, **values: str) -> bool:
    return all(asked.get(name, value) == value for name, value in values.items())


def _is_within(asked: Form, name: str, at: datetime | None) -> bool:
    """As Twilio compares: `name` is that very day, what has no such moment is left out."""
    if not any(f"{name}{sign}" in asked for sign in ("", "<", ">")):
        return True
    if at is None:
        return False
    if name in asked and _moment(asked[name]).date() != at.date():
        return False
    is_early_enough = f"{name}<" not in asked or at <= _moment(asked[f"{name}<"])
    return is_early_enough and (f"{name}>" not in asked or at >= _moment(asked[f"{name}>"]))


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _page(request: Request, name: str, found: Sequence[P]) -> dict[str, Any]:
    """One page of a list, with the way to the next."""
    query = dict(request.query_params)
    size, number = int(query.get("PageSize", _USUAL_PAGE)), int(query.get("Page", "0"))
    begins, ends = number * size, (number + 1) * size
    following = f"{request.url.path}?{urlencode(query | {'Page': number + 1, 'PageToken': f'PA{ends}'})}"
    return {
        name: list(found[begins:ends]),
        "page": number,
        "page_size": size,
        "start": begins,
        "end": max(begins, min(ends, len(found)) - 1),
        "uri": f"{request.url.path}?{request.url.query}",
        "next_page_uri": following if ends < len(found) else None,
        "previous_page_uri": None,
    }
