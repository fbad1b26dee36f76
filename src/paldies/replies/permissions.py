"""What a customer has told a person at the shop that may, and may not, be sent to them."""

from datetime import datetime

from sqlalchemy.orm import Session

from paldies.campaigns.words import Purpose
from paldies.channels import TRAITS
from paldies.customers.consents import CHECKBOXES, Answer, record
from paldies.customers.forgotten import unmark
from paldies.customers.suppressions import Wish, lift, suppress, suppressed

CHANNELS = sorted({*CHECKBOXES, *TRAITS})
_SOURCE = "person"


def goes_to(channel: str, address: str) -> bool:
    """Whether the channel can reach an address (normalised) or number (E.164)."""
    return channel in CHANNELS and ("@" in address) == (channel == "email")


def forbid(
    session: Session, address: str, *, reason: str, now: datetime, channel: str = "", purpose: str = ""
) -> bool:
    """Whether it is news; `channel` and `purpose` are empty where all are meant."""
    return suppress(
        session, address, reason=reason, source=_SOURCE, now=now, channel=channel, purpose=purpose
    )


def agree(
    session: Session, address: str, *, channel: str, purpose: Purpose, wording: str, by: str, now: datetime
) -> str:
    """Lifts what kept this channel from them for this purpose; what is about all channels stays.

    Returns why nothing may be sent all the same; empty if it may.
    """
    answer = Answer(address, channel, purpose, agreed=True, given_at=now, wording=wording)
    record(session, [answer], source=_SOURCE)
    lift(session, address, by=by, now=now, channel=channel, purpose=purpose.value)
    wish = Wish(address, purpose)
    return suppressed(session, [wish], channel=channel).get(wish, "")


def open_again(session: Session, address: str, *, by: str, now: datetime) -> bool:
    """Lifts everything, even that they were forgotten; whether there was anything to lift."""
    was_forgotten = unmark(session, address)
    return bool(lift(session, address, by=by, now=now)) or was_forgotten
