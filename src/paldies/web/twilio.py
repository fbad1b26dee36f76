"""`/twilio/…`: where Twilio rings back about one attempt: a key was pressed, or there is news."""

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from starlette.datastructures import FormData

from paldies.replies import deliveries, wishes
from paldies.replies.regarding import Regarding
from paldies.web.desk import Desk, Unavailable
from paldies.web.forms import read_form
from paldies.web.key_menu import KeyMenu
from paldies.web.signature import is_signed

_TALKED = ("completed", "answered")


def twilio(desk: Desk) -> APIRouter:
    async def is_signed_by_twilio(request: Request) -> FormData:
        return await signed_form(desk, request)

    calls = APIRouter(prefix="/twilio/{attempt_id}")
    signed = Depends(is_signed_by_twilio)

    @calls.post("/keys")
    async def keys(attempt_id: str, again: str = "", form: FormData = signed) -> Response:
        find = desk.of_attempt(attempt_id)
        about = await desk.about(find)
        menu = _menu(desk, about, attempt_id)
        match form.get("Digits"):
            case "1" if menu.may_connect:
                return _twiml(menu.connect())
            case "1" | "2":
                return await call_back(about, menu, attempt_id, saying="call_back")
            case "9":
                try:
                    await desk.answer(find, wishes.stop_calls, now=desk.clock.now())
                except Unavailable:
                    return _twiml(menu.hang_up("trouble"))
                return _twiml(menu.hang_up("no_more"))
        return _twiml(menu.hang_up("goodbye") if again else menu.ask_again())

    @calls.post("/dialled")
    async def dialled(attempt_id: str, form: FormData = signed) -> Response:
        """What came of ringing at the shop."""
        about = await desk.about(desk.of_attempt(attempt_id))
        menu = _menu(desk, about, attempt_id)
        if form.get("DialCallStatus") in _TALKED:
            return _twiml(menu.hang_up())
        return await call_back(about, menu, attempt_id, saying="busy")

    async def call_back(about: Regarding, menu: KeyMenu, attempt_id: str, *, saying: str) -> Response:
        """Whoever is on the line has to hear that it failed: a status of ours would be lost on them."""
        find = desk.of_attempt(attempt_id)
        try:
            await desk.answer(find, wishes.call_back, working=desk.working, now=desk.clock.now())
        except Unavailable:
            return _twiml(menu.hang_up("trouble"))
        desk.tell_of_call_back(about)
        return _twiml(menu.hang_up(saying))

    @calls.post("/status")
    async def status(attempt_id: str, form: FormData = signed) -> Response:
        """There is news; what it is, is asked for, so that it may come twice, late or out of order."""
        sid = form.get("CallSid") or form.get("MessageSid")
        if not isinstance(sid, str):
            raise HTTPException(400)
        await desk.write(deliveries.poke, attempt_id, sid, now=desk.clock.now())
        return Response(status_code=204)

    return calls


async def signed_form(desk: Desk, request: Request) -> FormData:
    """What Twilio has posted; what anybody else has is answered 403."""
    form = await read_form(request)
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"{desk.links.public_url}{request.url.path}{query}"
    if not is_signed(address, form, request.headers, auth_token=desk.auth_token):
        raise HTTPException(403)
    return form


def _menu(desk: Desk, about: Regarding, attempt_id: str) -> KeyMenu:
    back = desk.links.callback(attempt_id)
    return KeyMenu(about, shop=desk.shop, locale=desk.locale, voices=desk.voices, back=back)


def _twiml(said: str) -> Response:
    return Response(said, media_type="application/xml")
