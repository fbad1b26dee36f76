"""What Twilio is told to do once somebody has answered: TwiML, https://www.twilio.com/docs/voice/twiml."""

from twilio.twiml.voice_response import Gather, VoiceResponse

from paldies.channels.base import DeliveryError
from paldies.channels.call.speaking import PARAGRAPH_END, paragraphs
from paldies.channels.call.voices import Voice

_LONGEST = 4000  # characters of inline TwiML
_FIRST_BREATH = 1  # seconds: to lift the telephone to one's ear, and to say who is there
_TIME_FOR_A_KEY = 5  # seconds after the last word


def spoken(text: str, voice: Voice, *, keys_to: str = "") -> str:
    """Says the text and hangs up; a key pressed meanwhile is told to `keys_to`, which then says what to do.

    Raises DeliveryError for a text that is too long.
    """
    response = VoiceResponse()
    response.pause(length=_FIRST_BREATH)
    if keys_to:
        gather = response.gather(
            input="dtmf", num_digits=1, timeout=_TIME_FOR_A_KEY, action=keys_to, method="POST"
        )
        _say(gather, text, voice)
    else:
        _say(response, text, voice)
    response.hangup()
    return _checked(response)


def left_on_a_machine(text: str, voice: Voice) -> str:
    """Says the text and hangs up. Raises DeliveryError for a text that is too long."""
    response = VoiceResponse()
    _say(response, text, voice)
    response.hangup()
    return _checked(response)


def _say(verb: VoiceResponse | Gather, text: str, voice: Voice) -> None:
    for number, paragraph in enumerate(paragraphs(_speakable(text))):
        if number:
            verb.pause(length=int(PARAGRAPH_END))
        verb.say(paragraph, voice=voice.name, language=voice.language or None)


def _speakable(text: str) -> str:
    """XML has no place for control characters (XML 1.0, 2.2)."""
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


def _checked(response: VoiceResponse) -> str:
    twiml = str(response)
    if len(twiml) > _LONGEST:
        raise DeliveryError(
            f"The text is too long to be spoken: {len(twiml)} of {_LONGEST} characters",
            permanent=True,
            fault="us",
            code="length",
        )
    return twiml
