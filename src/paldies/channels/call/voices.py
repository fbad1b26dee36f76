"""Which of Twilio's voices speaks which language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from paldies.channels.base import DeliveryError

_OWN_LANGUAGE = re.compile(r"\.([a-z]{2,3}-[A-Z]{2})-")  # Google.lv-LV-Standard-B


@dataclass(frozen=True, slots=True)
class Voice:
    """`language` as Twilio wants it beside the name; empty: the name's own."""

    name: str
    language: str = ""


# https://www.twilio.com/docs/voice/twiml/say/text-speech; Polly has no Baltic voices, Google has one of each.
_USUAL = {
    "da": Voice("Polly.Sofie-Neural", "da-DK"),
    "de": Voice("Polly.Vicki-Neural", "de-DE"),
    "en": Voice("Polly.Joanna-Neural", "en-US"),
    "en-gb": Voice("Polly.Amy-Neural", "en-GB"),
    "es": Voice("Polly.Lucia-Neural", "es-ES"),
    "et": Voice("Google.et-EE-Standard-A", "et-EE"),
    "fi": Voice("Polly.Suvi-Neural", "fi-FI"),
    "fr": Voice("Polly.Lea-Neural", "fr-FR"),
    "it": Voice("Polly.Bianca-Neural", "it-IT"),
    "lt": Voice("Google.lt-LT-Standard-B", "lt-LT"),
    "lv": Voice("Google.lv-LV-Standard-B", "lv-LV"),
    "nb": Voice("Polly.Ida-Neural", "nb-NO"),
    "nl": Voice("Polly.Laura-Neural", "nl-NL"),
    "pl": Voice("Polly.Ola-Neural", "pl-PL"),
    "ru": Voice("Google.ru-RU-Standard-A", "ru-RU"),
    "sv": Voice("Polly.Elin-Neural", "sv-SE"),
    "uk": Voice("Google.uk-UA-Standard-A", "uk-UA"),
}


class Voices:
    """`own` are the shop's choices, by language ("lv") or locale ("en-GB"); they go before the usual ones."""

    def __init__(self, own: Mapping[str, str]) -> None:
        chosen = {_key(locale): _of_that_name(name) for locale, name in own.items() if name}
        usual = {locale: voice for locale, voice in _USUAL.items() if locale.partition("-")[0] not in chosen}
        self._voices = usual | chosen

    def for_locale(self, locale: str) -> Voice:
        """Raises DeliveryError, which says what to set."""
        key = _key(locale)
        language = key.partition("-")[0]
        if voice := self._voices.get(key) or self._voices.get(language):
            return voice
        raise DeliveryError(
            f'There is no voice for "{locale}": name one of Twilio\'s in paldies.toml,'
            f' [twilio] voices = {{ {language} = "…" }}',
            permanent=True,
            fault="us",
            code="voice",
        )


def _key(locale: str) -> str:
    return locale.replace("_", "-").lower()


def _of_that_name(name: str) -> Voice:
    own = _OWN_LANGUAGE.search(name)
    return Voice(name, own[1] if own else "")
