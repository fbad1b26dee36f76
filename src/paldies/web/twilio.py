"""`/twilio/…`: where Twilio rings back about one attempt: a key was pressed, or there is news."""

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from starlette.datastructures import FormData

from paldies.replies import deliveries, wishes
from paldies.replies.regarding import Regarding
from paldies.web.forms import read_form
from paldies.web.key_menu import KeyMenu
from paldies.web.reception import Reception, Unavailable
from paldies.web.signature import is_signed

_TALKED = ("completed", "answered")


def twilio(reception: Reception) -> APIRouter:
    async def is_signed_by_twilio(request: Request) -> FormData:
        return await signed_form(reception, request)

    calls = APIRouter(prefix="/twilio/{attempt_id}")
    signed = Depends(is_signed_by_twilio)

    @calls.post("/keys")
    async def keys(attempt_id: str, again: str = "", form: FormData = signed) -> Response:
        find = reception.of_attempt(attempt_id)
        about = await reception.about(find)
        menu = _menu(reception, about, attempt_id)
        match form.get("Digits"):
            case "1" if menu.may_connect:
                return _twiml(menu.connect())
            case "1" | "2":
                return await call_back(about, menu, attempt_id, saying="call_back")
            case "9":
                try:
                    await reception.answer(find, wishes.stop_calls, now=reception.clock.now())
                except Unavailable:
                    return _twiml(menu.hang_up("trouble"))
                return _twiml(menu.hang_up("no_more"))
        return _twiml(menu.hang_up("goodbye") if again else menu.ask_again())

    @calls.post("/dialled")
    async def dialled(attempt_id: str, form: FormData = signed) -> Response:
        """What came of ringing at the shop."""
        about = await reception.about(reception.of_attempt(attempt_id))
        menu = _menu(reception, about, attempt_id)
        if form.get("DialCallStatus") in _TALKED:
            return _twiml(menu.hang_up())
        return await call_back(about, menu, attempt_id, saying="busy")

    async def call_back(about: Regarding, menu: KeyMenu, attempt_id: str, *, saying: str) -> Response:
        """Whoever is on the line has to hear that it failed: a status of ours would be lost on them."""
        find = reception.of_attempt(attempt_id)
        try:
            await reception.answer(
                find, wishes.call_back, working=reception.working, now=reception.clock.now()
            )
        except Unavailable:
            return _twiml(menu.hang_up("trouble"))
        reception.tell_of_call_back(about)
        return _twiml(menu.hang_up(saying))

    @calls.post("/status")
    async def status(attempt_id: str, form: FormData = signed) -> Response:
        """There is news; what it is, is asked for, so that it may come twice, late or out of order."""
        sid = form.get("CallSid") or form.get("MessageSid")
        if not isinstance(sid, str):
            raise HTTPException(400)
        await reception.write(deliveries.poke, attempt_id, sid, now=reception.clock.now())
        return Response(status_code=204)

    return calls


async def signed_form(reception: Reception, request: Request) -> FormData:
    """What Twilio has posted; what anybody else has is answered 403."""
    form = await read_form(request)
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"{reception.links.public_url}{request.url.path}{query}"
    if not is_signed(address, form, request.headers, auth_token=reception.auth_token):
        raise HTTPException(403)
    return form


def _menu(reception: Reception, about: Regarding, attempt_id: str) -> KeyMenu:
    back = reception.links.callback(attempt_id)
    return KeyMenu(about, shop=reception.shop, locale=reception.locale, voices=reception.voices, back=back)


def _twiml(said: str) -> Response:
    return Response(said, media_type="application/xml")
