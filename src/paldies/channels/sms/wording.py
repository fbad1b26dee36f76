"""The wording of a text message, without the characters that cost much and say nothing."""

import re
import unicodedata
from dataclasses import replace

from paldies.channels.sms.segments import Segments, segments

_SPACES = re.compile(r"[^\S\n]")  # tab, no-break, thin, figure … space
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u2060\ufeff"))  # U+200D holds emoji together
_DEAR = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛‹›′`´", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        "•": "-",
        "·": "-",
        "×": "x",
        "№": "No",
        "→": "->",
    }
)


def priced(text: str) -> Segments:
    """What sending it takes; `foreign` are the letters that no wording of ours could have made cheaper."""
    sent = worded(text)
    return replace(segments(sent), foreign=segments(sent.translate(_DEAR)).foreign)


def worded(text: str) -> str:
    """The text as it is sent: the same each time, so that it can be found again by it.

    Spaces become plain ones always. Quotation marks, dashes and the like become those of GSM-7 where that
    takes a part less to send; in a text that its letters make UCS-2 anyway they may stay.
    """
    whole = _SPACES.sub(" ", unicodedata.normalize("NFC", text).replace("\r\n", "\n")).translate(_INVISIBLE)
    clean = "".join(char for char in whole if char == "\n" or unicodedata.category(char) != "Cc").strip()
    plain = clean.translate(_DEAR)
    return plain if segments(plain).count < segments(clean).count else clean
