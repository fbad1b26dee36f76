"""How long a voice needs to say a text."""

import re

LONGEST = 45  # seconds: nobody listens to a machine for longer

# An estimate, as Twilio tells only afterwards how long a call took: 150 words a minute, the usual pace of
# such voices, with the length that words have in running text of the language.
_LETTERS_A_SECOND = {"en": 15.0, "ru": 14.0, "uk": 14.0, "lv": 13.5, "lt": 13.5, "et": 13.5, "fi": 13.5}
_USUAL_PACE = 14.0
_DIGIT = 0.4  # seconds: "2000" is read out as words
_SENTENCE_END = 0.5
PARAGRAPH_END = 1.0

_DIGITS = re.compile(r"\d")
_ENDS = re.compile(r"[.!?…]+(?=\s|$)|:\s")


def seconds(text: str, locale: str) -> float:
    """About how long saying it takes, pauses included."""
    spoken = paragraphs(text)
    letters = sum(len(_DIGITS.sub("", each)) for each in spoken)
    pace = _LETTERS_A_SECOND.get(locale[:2].lower(), _USUAL_PACE)
    breath = _SENTENCE_END * sum(len(_ENDS.findall(each)) for each in spoken)
    pauses = PARAGRAPH_END * max(0, len(spoken) - 1)
    return letters / pace + _DIGIT * len(_DIGITS.findall(text)) + breath + pauses


def paragraphs(text: str) -> list[str]:
    """What is spoken in one breath; lines are only how the text is written down."""
    return [" ".join(each.split()) for each in re.split(r"\n\s*\n", text) if each.strip()]


def objection(text: str, locale: str) -> str:
    """What is wrong with a text that is to be spoken; empty: nothing."""
    length = seconds(text, locale)
    if length <= LONGEST:
        return ""
    return f"it takes about {length:.0f} seconds to say; nobody listens to a machine for more than {LONGEST}"
