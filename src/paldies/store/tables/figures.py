"""Counts that are kept, as counting five million messages again would take seconds."""

from sqlmodel import Field, SQLModel

from paldies.store.tables.columns import BIG


class MessageCount(SQLModel, table=True):
    """How many messages ended in one way so far, up to `instance.counted_until`."""

    __tablename__ = "message_counts"

    campaign: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    outcome: str = Field(primary_key=True)  # a status
    reason: str = Field(primary_key=True)  # empty where there is none
    messages: int = Field(default=0, sa_type=BIG)
