"""The way out: what a customer no longer wants, and the way back for whoever pressed by mistake."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import Purpose
from paldies.customers.revision import bump, customers_using
from paldies.customers.suppressions import suppress
from paldies.replies.regarding import Regarding
from paldies.store.schema import customers, orders, suppressions

UNDO_WITHIN = timedelta(days=1)  # a mail that is found years later must not bring anything back

_SOURCE = "unsubscribe"


class WayOut(StrEnum):
    """What there is to choose from."""

    LIST = "list"  # what mail programs ask for by themselves (RFC 8058): what is promotional, by this channel
    CAMPAIGN = "campaign"  # this kind of message
    PROMOTIONAL = "promotional"  # everything that is not about an order
    CALLS = "calls"  # neither a machine nor a person rings
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class _Ban:
    address: str
    reason: str
    channel: str = ""
    purpose: str = ""
    campaign: str = ""


def unsubscribe(session: Session, about: Regarding, *, what: WayOut, now: datetime) -> None:
    """Takes effect with the commit, also for what is due at this moment; asked twice, it is one wish."""
    for ban in _bans(session, about, what):
        suppress(
            session,
            ban.address,
            reason=ban.reason,
            source=_SOURCE,
            now=now,
            channel=ban.channel,
            purpose=ban.purpose,
            campaign=ban.campaign,
        )


def undo(session: Session, about: Regarding, *, what: WayOut, now: datetime) -> None:
    """Lifts what this choice has brought about within the last day, and nothing that others asked for."""
    bans = list(_bans(session, about, what))
    bump(session, customers_using(session, {ban.address for ban in bans}))
    for ban in bans:
        session.execute(
            update(suppressions)
            .where(suppressions.c.address == ban.address, suppressions.c.channel == ban.channel)
            .where(suppressions.c.purpose == ban.purpose, suppressions.c.campaign == ban.campaign)
            .where(suppressions.c.source == _SOURCE, suppressions.c.lifted_at.is_(None))
            .where(suppressions.c.suppressed_at > now - UNDO_WITHIN)
            .values(lifted_at=now, lifted_by="the customer, at once")
        )


def _bans(session: Session, about: Regarding, what: WayOut) -> Iterable[_Ban]:
    promotional = Purpose.PROMOTIONAL.value
    match what:
        case WayOut.LIST:
            why = "unsubscribed by the link in a message"
            yield _Ban(about.address, why, channel=about.channel, purpose=promotional)
        case WayOut.CAMPAIGN:
            why = f"asked, by the link in a message, for no more of {about.campaign}"
            for address in _reached_at(session, about):
                yield _Ban(address, why, campaign=about.campaign)
        case WayOut.PROMOTIONAL:
            why = "asked, by the link in a message, for nothing promotional any more"
            for address in _reached_at(session, about):
                yield _Ban(address, why, purpose=promotional)
        case WayOut.CALLS:
            why = "asked, by the link in a message, not to be called any more"
            for number in (one for one in _reached_at(session, about) if "@" not in one):
                for channel in ("call", "task"):
                    yield _Ban(number, why, channel=channel)
        case WayOut.EVERYTHING:
            why = "asked, by the link in a message, to get no more messages at all"
            for address in _reached_at(session, about):
                yield _Ban(address, why)


def _reached_at(session: Session, about: Regarding) -> list[str]:
    """Where the message went, and every other address and number of the customer and of the order."""
    found = [about.address]
    known = select(customers.c.email, customers.c.phone).where(customers.c.id == about.customer_id)
    found += session.execute(known).one()
    if about.order_id is not None:
        found += session.execute(
            select(orders.c.email, orders.c.phone).where(orders.c.id == about.order_id)
        ).one()
    return list(dict.fromkeys(filter(None, found)))
