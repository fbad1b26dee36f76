"""What processes on one database share: who is there, what each has in hand, how fast all may send."""

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class ProcessRow(SQLModel, table=True):
    """A process that sends; it answers a roll call every few seconds, and is gone after a clean stop."""

    __tablename__ = "processes"

    name: str = Field(primary_key=True)  # as in messages.claimed_by
    host: str
    version: str
    began_at: datetime
    seen_at: datetime  # by the database's clock
    died_at: datetime | None = None  # somebody on its machine knows it for certain


class Hand(SQLModel, table=True):
    """The messages that a process is just deciding about or has yet to claim: nobody else looks at them."""

    __tablename__ = "hands"

    process: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message_ids: list[int] = Field(default_factory=list, sa_type=JSON)
    renewed_at: datetime  # by the database's clock; an old one holds nothing


class Bucket(SQLModel, table=True):
    """How many messages may leave on a channel now, whoever sends them."""

    __tablename__ = "buckets"

    channel: str = Field(primary_key=True)
    tokens: float
    filled_at: datetime  # by the database's clock
    is_awaited: bool = False  # the last to come went with fewer than were due: the wait counts from then


class AlertRow(SQLModel, table=True):
    """What staff were told last about one subject."""

    __tablename__ = "alerts"

    topic: str = Field(primary_key=True)
    told_at: datetime
