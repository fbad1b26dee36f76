"""How far mailboxes were read, and which channel rests because of what was reported."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from paldies.store.tables.columns import BIG


class Mailbox(SQLModel, table=True):
    """A mailbox that bounces come to. Messages up to `last_uid` are dealt with (RFC 9051 2.3.1.1)."""

    __tablename__ = "mailboxes"

    name: str = Field(primary_key=True)  # user, host and folder, without the password
    uid_validity: int = Field(default=0, sa_type=BIG)  # 32 bits without a sign
    last_uid: int = Field(default=0, sa_type=BIG)
    foreign_mails: int = 0  # reports about what is not ours, and mail that is no report
    failing_since: datetime | None = None
    error: str = ""


class ChannelStop(SQLModel, table=True):
    """A channel that sends nothing until a person says so; kept, as what led to it counts no more after."""

    __tablename__ = "channel_stops"

    channel: str = Field(primary_key=True)
    why: str
    stopped_at: datetime
    resumed_at: datetime | None = None
