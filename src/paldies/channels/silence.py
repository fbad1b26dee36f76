"""How long after its deadline a message may still be on the wire, by channel."""

from datetime import timedelta

from paldies.channels.email.patience import Patience as MailPatience
from paldies.channels.twilio.patience import Patience as TwilioPatience

CLOCKS = timedelta(minutes=1)  # by which two machines may disagree


def longest_silence() -> dict[str, timedelta]:
    """After that the one who claimed it, wherever it is, has had its answer or given up."""
    telephone = timedelta(seconds=TwilioPatience().longest) + CLOCKS
    return {
        "email": timedelta(seconds=MailPatience().longest) + CLOCKS,
        "call": telephone,
        "sms": telephone,
    }
