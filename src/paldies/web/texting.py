"""`/twilio/sms`: text messages from customers (twilio.com/docs/messaging/twiml)."""

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from starlette.datastructures import FormData
from twilio.twiml.messaging_response import MessagingResponse

from paldies.customers.addresses import AddressError, phone_number
from paldies.replies.refusals import Said
from paldies.replies.texting import Answered, Text, take_in
from paldies.web.phrases import pick, say
from paldies.web.reception import Reception
from paldies.web.twilio import signed_form

_LONGEST = 1600  # characters of a text message in all its parts
_PICTURE = "(a picture)"


def texting(reception: Reception) -> APIRouter:
    texts = APIRouter()

    async def signed(request: Request) -> FormData:
        return await signed_form(reception, request)

    form_of = Depends(signed)

    @texts.post("/twilio/sms")
    async def sms(form: FormData = form_of) -> Response:
        """Answered once it is committed; only a cry for help gets words in return."""
        text = _text(form)
        answered = await reception.write(take_in, text, working=reception.working, now=reception.clock.now())
        response = MessagingResponse()
        if answered.is_news:
            _tell(reception, text, answered)
            if answered.said is Said.HELP:
                response.message(_help(reception, answered))
        return Response(str(response), media_type="application/xml")

    return texts


def _text(form: FormData) -> Text:
    try:
        sender = phone_number(_field(form, "From"))
    except AddressError as error:  # a name instead of a number cannot be answered
        raise HTTPException(400) from error
    sid, body = _field(form, "MessageSid"), _field(form, "Body")[:_LONGEST].strip()
    if not sid:
        raise HTTPException(400)
    understood = _field(form, "OptOutType").lower()
    keyword = Said(understood) if understood in (Said.STOP, Said.START, Said.HELP) else None
    return Text(sid, sender, body or _PICTURE, keyword)


def _tell(reception: Reception, text: Text, answered: Answered) -> None:
    """The words themselves stay in the database: what staff are told is logged as well."""
    if answered.task is not None:
        number = answered.about.order_number if answered.about else ""
        who = f"The customer of order {number}" if number else "A customer"
        reception.staff.tell(
            f"text {answered.task}", f"{who} has sent a text. See: paldies tasks show {answered.task}"
        )
    elif answered.about is None and answered.said in (Said.DOUBTFUL, Said.OTHER):
        reception.staff.tell(
            "text", "Somebody unknown has sent a text: look at the log of your Twilio number."
        )


def _help(reception: Reception, answered: Answered) -> str:
    locales = answered.about.locales if answered.about else ()
    chosen = pick(locales, "", reception.locale)
    reach = reception.shop.phone or reception.shop.email or reception.shop.url
    return f"{reception.shop.name}: {reach}. {say(chosen, 'text_help')}"


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
