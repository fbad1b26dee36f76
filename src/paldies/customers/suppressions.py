"""Who must never be contacted again: on an address, for one channel and purpose or for all."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import Purpose
from paldies.customers.revision import bump, customers_using
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
) -> bool:
    """Whether it is news; `channel` and `purpose` are empty where all are meant."""
    same = (
        select(suppressions.c.id)
        .where(suppressions.c.address == address, suppressions.c.lifted_at.is_(None))
        .where(suppressions.c.channel == channel, suppressions.c.purpose == purpose)
    )
    if session.scalar(same.limit(1)) is not None:
        return False
    bump(session, customers_using(session, [address]))
    session.execute(
        insert(suppressions).values(
            address=address,
            channel=channel,
            purpose=purpose,
            reason=reason,
            source=source,
            suppressed_at=now,
            lifted_by="",
        )
    )
    return True


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


_STANDING = (
    select(suppressions.c.address, suppressions.c.purpose, suppressions.c.reason)
    .where(suppressions.c.address.in_(bindparam("addresses", expanding=True)))
    .where(suppressions.c.lifted_at.is_(None))
    .where(or_(suppressions.c.channel == "", suppressions.c.channel == bindparam("asked_channel")))
    .order_by(suppressions.c.id.desc())
)


def suppressed(
    session: Session, asked: Collection[tuple[str, Purpose]], *, channel: str
) -> dict[tuple[str, Purpose], str]:
    """Of these addresses and purposes, those that must not be contacted through the channel, and why."""
    if not asked:
        return {}
    addresses = list({address for address, _ in asked})
    found = session.execute(_STANDING, {"addresses": addresses, "asked_channel": channel}).all()
    reasons = {(row.address, row.purpose): row.reason for row in found}  # the oldest has the last word
    return {
        (address, purpose): reason
        for address, purpose in asked
        if (reason := reasons.get((address, ""), reasons.get((address, purpose.value), "")))
    }
