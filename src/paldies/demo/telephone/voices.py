"""The voices that the pretend company has."""

import re

_GOOGLE = re.compile(r"Google\.([a-z]{2,3}-[A-Z]{2})-(Standard|Wavenet|Neural2|Chirp3-HD)-\w+")
_POLLY = {
    "Amy": "en-GB", "Bianca": "it-IT", "Brian": "en-GB", "Elin": "sv-SE", "Emma": "en-GB", "Ewa": "pl-PL",
    "Hans": "de-DE", "Ida": "nb-NO", "Joanna": "en-US", "Laura": "nl-NL", "Lea": "fr-FR", "Lucia": "es-ES",
    "Matthew": "en-US", "Maxim": "ru-RU", "Ola": "pl-PL", "Sofie": "da-DK", "Suvi": "fi-FI",
    "Tatyana": "ru-RU", "Vicki": "de-DE",
}  # fmt: skip


def is_pair(voice: str, language: str) -> bool:
    """Whether there is such a voice, and it speaks that language; a voice may go without."""
    if google := _GOOGLE.fullmatch(voice):
        return language in ("", google[1])
    name = voice.removeprefix("Polly.").removesuffix("-Neural")
    if voice.startswith("Polly."):
        return name in _POLLY and language in ("", _POLLY[name])
    return voice in ("", "man", "woman", "alice")
