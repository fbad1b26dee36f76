"""What somebody at the shop writes to whoever complains: a message like every other, in their own words."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.definition import ANSWERS
from paldies.outbox.plans import Plans, Running
from paldies.outbox.subjects import Subject
from paldies.outbox.triggering import enter
from paldies.outbox.wordings import write_wording
from paldies.reports.complaints import Complaint
from paldies.store.schema import customers, enrolments, messages, orders
from paldies.templates.by_hand import Wording


class NotNow(Exception):
    """It cannot be sent; the text says why, and what to do instead."""


def answers_of(session: Session, plans: Plans) -> Running | None:
    """The campaign that answers belong to; None if the shop has none."""
    return next((one for one in plans.running(session) if one.campaign.name == ANSWERS), None)


def answer(
    session: Session,
    complaint: Complaint,
    wording: Wording,
    *,
    by: str,
    plans: Plans,
    home_zone: str,
    now: datetime,
) -> int:
    """The id of the message, which leaves with what is due next. Raises NotNow."""
    running = answers_of(session, plans)
    if running is None:
        raise NotNow("There is no campaign “answers”: copy it from the templates that come with paldies")
    subject = _subject(session, complaint)
    tally = enter(session, running, [subject], home_zone=home_zone, is_confirmed=True, now=now)
    if not tally.entered:
        raise NotNow("The last answer has not left yet; look at the order's line")
    entered = (
        select(messages.c.id)
        .join_from(messages, enrolments, enrolments.c.id == messages.c.enrolment_id)
        .where(enrolments.c.campaign == ANSWERS, enrolments.c.customer_id == complaint.customer_id)
        .order_by(messages.c.id.desc())
    )
    message_id: int = session.scalars(entered.limit(1)).one()
    session.execute(update(messages).where(messages.c.id == message_id).values(approved_at=now))
    write_wording(session, message_id, wording, by=by, now=now)
    return message_id


def _subject(session: Session, complaint: Complaint) -> Subject:
    """The order that it is about, or else the customer."""
    if complaint.order_id is not None:
        order = session.execute(select(orders).where(orders.c.id == complaint.order_id)).mappings().one()
        key = keys.order_subject(order["shop"], order["external_id"])
        return Subject(key, order["customer_id"], complaint.order_id)
    uuid = session.scalars(select(customers.c.uuid).where(customers.c.id == complaint.customer_id)).one()
    return Subject(keys.customer_subject(UUID(uuid)), complaint.customer_id, None)
