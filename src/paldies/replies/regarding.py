"""The message that a customer answers to: whose it was, about which order, and where it went."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from paldies.store.schema import attempts, customers, enrolments, messages, orders


@dataclass(frozen=True, slots=True)
class Regarding:
    """One message that has left, as its last try, or a certain one, has it."""

    message_id: int
    customer_id: int
    order_id: int | None
    order_number: str  # empty if it is about no order
    channel: str
    address: str  # normalised e-mail address or E.164 number
    locales: tuple[str, ...]  # BCP 47: what it was written in, then the customer's own
    campaign: str = ""
    zones: tuple[str, ...] = ()  # IANA, where the order went, the likeliest first


def regarding(session: Session, message_id: int) -> Regarding | None:
    """None for a message that nobody was sent, or somebody who was forgotten since."""
    return _found(session, messages.c.id == message_id)


def regarding_attempt(session: Session, attempt_id: str) -> Regarding | None:
    return _found(session, attempts.c.claim_id == attempt_id)


def _found(session: Session, which: ColumnElement[bool]) -> Regarding | None:
    row = session.execute(_WANTED.where(which)).first()
    if row is None:
        return None
    return Regarding(
        message_id=row.id,
        customer_id=row.customer_id,
        order_id=row.order_id,
        order_number=row.number or "",
        channel=row.channel,
        address=row.address,
        locales=tuple(locale for locale in (row.locale, row.own_locale) if locale),
        campaign=row.campaign,
        zones=tuple(row.zones or ()),
    )


_WANTED: Select[tuple[object, ...]] = (
    select(messages.c.id, messages.c.customer_id, messages.c.channel, messages.c.campaign)
    .add_columns(attempts.c.address, attempts.c.locale, customers.c.locale.label("own_locale"))
    .add_columns(enrolments.c.order_id, orders.c.number, orders.c.zones)
    .join_from(messages, attempts, attempts.c.message_id == messages.c.id)
    .join(enrolments, enrolments.c.id == messages.c.enrolment_id)
    .join(customers, customers.c.id == messages.c.customer_id)
    .where(customers.c.forgotten_at.is_(None))
    .join(orders, orders.c.id == enrolments.c.order_id, isouter=True)
    .order_by(attempts.c.id.desc())
    .limit(1)
)
