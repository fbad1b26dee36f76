"""What is said and done when somebody presses a key during a call: TwiML (twilio.com/docs/voice/twiml)."""

from functools import partial

from twilio.twiml.voice_response import Gather, VoiceResponse

from paldies.channels.call.voices import Voices
from paldies.customers.addresses import AddressError, phone_number
from paldies.replies.regarding import Regarding
from paldies.templates.locales import language
from paldies.templates.values import ShopCard
from paldies.web.phrases import pick, say

_TIME_FOR_A_KEY = 6  # seconds after the last word
_SHOP_RINGS = 25  # seconds, before somebody has to ring back


class KeyMenu:
    """Speaks the language that the call was made in."""

    def __init__(self, about: Regarding, *, shop: ShopCard, locale: str, voices: Voices, back: str) -> None:
        """`locale` is the shop's own; `back` the address under which Twilio reaches us about this call."""
        chosen = pick(about.locales, "", locale)
        self._say = partial(say, chosen)
        self._voice = voices.for_locale(
            next((one for one in about.locales if language(one) == chosen), chosen)
        )
        self._shop_phone = _dialled(shop.phone)
        self._back = back

    @property
    def may_connect(self) -> bool:
        return bool(self._shop_phone)

    def connect(self) -> str:
        """Rings at the shop; what came of that is told to `…/dialled`."""
        response = self._saying("connecting")
        dial = response.dial(
            timeout=_SHOP_RINGS, action=f"{self._back}/dialled", method="POST", record="do-not-record"
        )
        dial.number(self._shop_phone)
        return str(response)

    def hang_up(self, *phrases: str) -> str:
        response = self._saying(*phrases)
        response.hangup()
        return str(response)

    def ask_again(self) -> str:
        """Once: the address says that it was the second time."""
        response = self._saying("unclear")
        gather = response.gather(
            input="dtmf",
            num_digits=1,
            timeout=_TIME_FOR_A_KEY,
            action=f"{self._back}/keys?again=yes",
            method="POST",
        )
        for key in "129" if self.may_connect else "29":
            self._add(gather, f"menu_{key}")
        self._add(response, "goodbye")
        response.hangup()
        return str(response)

    def _saying(self, *phrases: str) -> VoiceResponse:
        response = VoiceResponse()
        for phrase in phrases:
            self._add(response, phrase)
        return response

    def _add(self, verb: VoiceResponse | Gather, phrase: str) -> None:
        verb.say(self._say(f"spoken_{phrase}"), voice=self._voice.name, language=self._voice.language or None)


def _dialled(phone: str) -> str:
    """As Twilio dials it, E.164; empty if it cannot be dialled from abroad."""
    try:
        return phone_number(phone)
    except AddressError:
        return ""
