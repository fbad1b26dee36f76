"""The outbox, every try, and what providers reported."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, LargeBinary, Numeric, text
from sqlmodel import Field, SQLModel

from paldies.campaigns.words import MessageStatus, Purpose
from paldies.store.tables.columns import BIG, may_refer_to, refers_to, row_id, word

_DUE = text("status = 'scheduled' AND parked_at IS NULL")
_URGENT = text("status = 'scheduled' AND parked_at IS NULL AND purpose = 'service'")
_SENDING = text("status = 'sending'")
_AWAITED = text("look_at IS NOT NULL")
_COSTLY = text("cost > 0")
_KEPT = text("content IS NOT NULL")
_ENDED = text("ended_at IS NOT NULL")
# SQLite sees that one of these words implies it; from an IN it would not, and read the whole table
_WAITING = text("status = 'unconfirmed' OR status = 'held' OR parked_at IS NOT NULL")


class Message(SQLModel, table=True):
    """One leg of one step for one enrolment."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("messages_due", "channel", "send_at", sqlite_where=_DUE, postgresql_where=_DUE),
        Index("messages_urgent", "channel", "send_at", sqlite_where=_URGENT, postgresql_where=_URGENT),
        Index(
            "messages_in_flight",
            "customer_id",
            unique=True,
            sqlite_where=_SENDING,
            postgresql_where=_SENDING,
        ),
        Index("messages_waiting", "status", "send_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("messages_awaited", "channel", "look_at", sqlite_where=_AWAITED, postgresql_where=_AWAITED),
        Index("messages_of_customer", "customer_id", "claimed_at"),
        Index("messages_ended", "ended_at", sqlite_where=_ENDED, postgresql_where=_ENDED),
        Index(
            "messages_late_seen",
            "campaign",
            "claimed_at",
            sqlite_where=text("is_late_seen"),
            postgresql_where=text("is_late_seen"),
        ),
    )

    id: int | None = row_id()
    key: str = Field(unique=True)
    enrolment_id: int = refers_to("enrolments.id", index=True)
    customer_id: int = refers_to("customers.id")
    campaign: str
    step: str
    leg: int
    channel: str
    purpose: Purpose = word()
    status: MessageStatus = word(MessageStatus.SCHEDULED)
    reason: str = ""
    note: str = ""
    send_at: datetime  # not before
    expires_at: datetime | None = None  # fixed at the policy's first look
    parked_at: datetime | None = None
    is_late_seen: bool = False
    approved_at: datetime | None = None
    released_at: datetime | None = None  # by a person who was asked whether it had gone already
    attempts: int = 0
    claim_id: str | None = None
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    deadline_at: datetime | None = None
    rfc_id: str = ""  # Message-ID without brackets, the same in every attempt
    possible_duplicate: bool = False
    receipt: str = ""
    sent_at: datetime | None = None
    look_at: datetime | None = None  # when to ask what became of it; while it is set, an answer is awaited
    created_at: datetime
    ended_at: datetime | None = None


class Attempt(SQLModel, table=True):
    """One try, written before the wire is touched; `content` is what was said: see outbox.composer."""

    __tablename__ = "attempts"
    __table_args__ = (
        Index("attempts_costly", "started_at", sqlite_where=_COSTLY, postgresql_where=_COSTLY),
        Index("attempts_kept", "started_at", sqlite_where=_KEPT, postgresql_where=_KEPT),
    )

    id: int | None = row_id()
    message_id: int = refers_to("messages.id", index=True)
    claim_id: str = Field(unique=True)
    address: str
    locale: str = ""
    text_version: str = ""
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str = ""
    note: str = ""
    content: bytes | None = Field(default=None, sa_type=LargeBinary)
    cost: Decimal = Field(default=Decimal(0), sa_type=Numeric(12, 4))  # expected; major units of the budget's


class DeliveryEvent(SQLModel, table=True):
    """What a provider reported about a message."""

    __tablename__ = "delivery_events"
    __table_args__ = (Index("delivery_events_received", "received_at"),)

    id: int | None = row_id()
    message_id: int | None = may_refer_to("messages.id", index=True)
    provider: str
    provider_key: str = Field(unique=True)
    kind: str
    note: str = ""
    happened_at: datetime
    received_at: datetime


class SendingHour(SQLModel, table=True):
    """How many messages were claimed in one clock hour (UTC): what the blast breaker measures against."""

    __tablename__ = "sending_hours"

    hour: datetime = Field(primary_key=True)
    messages: int = 0


class WordingRow(SQLModel, table=True):
    """What a person has written for one customer in place of the step's text; it goes out as it is."""

    __tablename__ = "wordings"

    message_id: int = Field(primary_key=True, foreign_key="messages.id", sa_type=BIG)
    subject: str
    body: str
    written_by: str
    written_at: datetime
