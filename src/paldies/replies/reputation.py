"""Stops all e-mail when too much of it comes back, before mail servers stop taking any of it."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.campaigns.deliveries import DeliveryKind
from paldies.channels.email.channel import TRAITS
from paldies.store import stops
from paldies.store.schema import delivery_events, messages

EMAIL = TRAITS.name
DAY = timedelta(days=1)
MOST_BOUNCES = 20  # one of so many may come back: 5 %
MOST_COMPLAINTS = 333  # one of so many may be called spam: 0.3 %, where Gmail and Yahoo draw the line
FEWEST_MAILS = 20  # below, and with fewer reports than these, a share says nothing
FEWEST_BOUNCES = 3
FEWEST_COMPLAINTS = 2

_BOUNCES = (DeliveryKind.BOUNCED.value, DeliveryKind.FAILED.value)
_COMPLAINTS = (DeliveryKind.COMPLAINED.value,)


def watch(session: Session, now: datetime) -> str:
    """Why e-mail has just been stopped, a sentence for staff; empty if it was not."""
    resumed = stops.resumed_at(session, EMAIL)
    since = max(now - DAY, resumed) if resumed else now - DAY
    for kinds, fewest, one_of, what in (
        (_BOUNCES, FEWEST_BOUNCES, MOST_BOUNCES, "came back"),
        (_COMPLAINTS, FEWEST_COMPLAINTS, MOST_COMPLAINTS, "were called spam"),
    ):
        reports = _reports(session, kinds, since)
        if reports < fewest:
            continue
        sent = _sent(session, since, enough=max(FEWEST_MAILS, reports * one_of))
        if FEWEST_MAILS <= sent < reports * one_of:
            why = f"{reports} of {sent} e-mails {what} within a day"
            return why if stops.stop(session, EMAIL, why, now) else ""
    return ""


def _reports(session: Session, kinds: tuple[str, ...], since: datetime) -> int:
    return int(
        session.execute(
            select(func.count())
            .select_from(delivery_events)
            .where(delivery_events.c.received_at >= since, delivery_events.c.provider == EMAIL)
            .where(delivery_events.c.kind.in_(kinds))
        ).scalar_one()
    )


def _sent(session: Session, since: datetime, *, enough: int) -> int:
    """Counts no further than `enough`: after a million mails this is asked for every bounce."""
    left = (
        select(messages.c.id)
        .where(messages.c.ended_at >= since, messages.c.channel == EMAIL, messages.c.sent_at.is_not(None))
        .limit(enough)
    )
    return int(session.execute(select(func.count()).select_from(left.subquery())).scalar_one())
