"""How long a text message may be."""

from paldies.channels.sms.segments import segments
from paldies.channels.sms.wording import worded

MOST_SEGMENTS = 3


def objection(text: str, locale: str) -> str:
    """What is wrong with a text that is to be sent as a message; empty: nothing."""
    sent = segments(worded(text))
    if sent.count <= MOST_SEGMENTS:
        return ""
    return (
        f"it is sent, and paid for, as {sent.count} messages ({sent.units} characters in {sent.encoding});"
        f" {MOST_SEGMENTS} are enough"
    )
