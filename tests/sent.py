"""Messages that have left, as customers answer to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind, MessageStatus
from paldies.outbox.claims import Claim
from paldies.outbox.planning import plan_new_events
from paldies.outbox.waves import write_wave
from paldies.store.schema import attempts, customers, messages
from tests.factories import NOON, RIGA
from tests.rows import add_customer, add_order, plans, publish_campaign

ATTEMPT = "3f0c1a52b7de4d0c8a55c3c1f0a9d111"
LISTENING = """
title = "Listening"
trigger = "order.confirmed"

[[steps]]
name = "1_how_was_it"
after = "20m"
channels = ["{channel}"]
purpose = "promotional"
expires = "12h"

[[steps]]
name = "2_something_nice"
after = "20h"
channels = ["email"]
purpose = "promotional"
expires = "12h"
"""


def send_one(
    session: Session,
    *,
    channel: str = "email",
    address: str = "alice@example.com",
    locale: str = "en",
    at: datetime = NOON,
    **order: Any,
) -> int:
    """The id of a message that Alice got; a second one of the same campaign waits."""
    publish_campaign(session, LISTENING.format(channel=channel), name="listening")
    customer = add_customer(session, phone="+37120000001", locale=locale)
    add_order(session, customer, EventKind.CONFIRMED, at=at, **{"phone": "+37120000001", **order})
    plan_new_events(session, plans(), RIGA, now=at)
    message: int = session.scalars(select(messages.c.id).order_by(messages.c.id)).first() or 0
    session.execute(
        update(messages)
        .where(messages.c.id == message)
        .values(status=MessageStatus.SENT.value, claim_id=ATTEMPT, claimed_at=at, sent_at=at, ended_at=at)
    )
    session.execute(
        insert(attempts).values(
            message_id=message,
            claim_id=ATTEMPT,
            address=address,
            locale=locale,
            text_version="1",
            started_at=at,
            outcome="sent",
            note="",
            cost=0,
        )
    )
    return message


def revision(session: Session) -> int:
    return session.scalars(select(customers.c.revision)).one()


def is_claimed(session: Session, row: Mapping[str, Any], *, seen: int, at: datetime = NOON) -> bool:
    """Whether a claim of this message that was decided on the revision `seen` is won."""
    wish = Claim(
        id=f"claim-{row['id']}-{seen}",
        message_id=row["id"],
        customer_id=row["customer_id"],
        revision=seen,
        by="test",
        at=at,
        deadline_at=at,
        expires_at=at,
        rfc_id="m@example.com",
        address="alice@example.com",
        locale="en",
        text_version="1",
        content=b"",
    )
    return wish.id in write_wave(session, [wish], [])
