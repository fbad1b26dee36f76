"""Who must never be contacted again: on an address, for one channel and purpose or for all."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import Purpose
from paldies.customers.forgotten import forgotten_addresses
from paldies.customers.revision import bump, customers_using
from paldies.store.among import among
from paldies.store.prepared import Prepared
from paldies.store.questions import Question
from paldies.store.schema import suppressions


def suppress(
    session: Session,
    address: str,
    *,
    reason: str,
    source: str,
    now: datetime,
    channel: str = "",
    purpose: str = "",
    campaign: str = "",
) -> bool:
    """Whether it is news; `channel`, `purpose` and `campaign` are empty where all are meant."""
    scope = {"address": address, "channel": channel, "purpose": purpose, "campaign": campaign}
    if _SAME.ask(session, **scope):
        return False
    bump(session, customers_using(session, [address]))
    said = {"reason": reason, "source": source, "suppressed_at": now, "lifted_by": ""}
    _ADD.run(session, [scope | said])
    return True


_SAME = Question(
    select(suppressions.c.id)
    .where(suppressions.c.lifted_at.is_(None))
    .where(
        *(suppressions.c[name] == bindparam(name) for name in ("address", "channel", "purpose", "campaign"))
    )
    .limit(literal(1))
)
_ADD = Prepared(insert(suppressions))


def lift(
    session: Session, address: str, *, by: str, now: datetime, channel: str = "", purpose: str = ""
) -> int:
    """How many were lifted, by a person and never by a shop: all of the address, or those of one channel.

    With a purpose, those of other purposes stay.
    """
    active = [suppressions.c.address == address, suppressions.c.lifted_at.is_(None)]
    if channel:
        active.append(suppressions.c.channel == channel)
    if purpose:
        active.append(suppressions.c.purpose.in_(("", purpose)))
    lifted = session.scalars(select(suppressions.c.id).where(*active)).all()
    if lifted:
        bump(session, customers_using(session, [address]))
        session.execute(
            update(suppressions).where(suppressions.c.id.in_(lifted)).values(lifted_at=now, lifted_by=by)
        )
    return len(lifted)


class Wish(NamedTuple):
    """To write to an address (normalised) or number (E.164; empty: there is none), in a campaign."""

    address: str
    purpose: Purpose
    campaign: str = ""


_STANDING = Question(
    select(suppressions.c.address, suppressions.c.purpose, suppressions.c.campaign, suppressions.c.reason)
    .where(among(suppressions.c.address, "addresses"))
    .where(suppressions.c.lifted_at.is_(None))
    .where(or_(suppressions.c.channel == "", suppressions.c.channel == bindparam("asked_channel")))
    .order_by(suppressions.c.id.desc())
)
_FORGOTTEN = "was forgotten by their own wish"


def suppressed(session: Session, wishes: Collection[Wish], *, channel: str) -> dict[Wish, str]:
    """Of these, those that must not be sent through the channel, and why."""
    addresses = list({wish.address for wish in wishes if wish.address})
    if not addresses:
        return {}
    found = _STANDING.ask(session, addresses=addresses, asked_channel=channel)
    # the oldest has the last word
    reasons = {(row.address, row.purpose, row.campaign): row.reason for row in found}
    reasons |= {(address, "", ""): _FORGOTTEN for address in forgotten_addresses(session, addresses)}
    if not reasons:
        return {}
    return {wish: reason for wish in wishes if (reason := _why(wish, reasons))}


def _why(wish: Wish, reasons: Mapping[tuple[str, str, str], str]) -> str:
    """The widest has the last word; empty if nothing stands in the way."""
    purposes, campaigns = ("", wish.purpose.value), dict.fromkeys(("", wish.campaign))
    each = (reasons.get((wish.address, purpose, campaign)) for campaign in campaigns for purpose in purposes)
    return next(filter(None, each), "")
