"""The one row that says which installation this database belongs to."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class Instance(SQLModel, table=True):
    __tablename__ = "instance"

    id: int = Field(default=1, primary_key=True)
    uuid: str
    epoch: int = 0  # see store.fence; -1 in a copy that we made ourselves
    fence: str = (
        ""  # why nothing is sent until a person adopts this database; empty: nothing stands in the way
    )
    heartbeat_at: datetime | None = None
    place: str = ""  # the server and database that it was in last; of PostgreSQL only
    moved_to: str = ""  # where the shop was carried over to: nothing is sent from here any more
    stopped_at: datetime | None = None  # the last clean stop
    adopted_at: datetime | None = None  # what was due before it may have been sent from another copy
    woke_at: datetime | None = None  # the last start after a silence that no clean stop explains
    paused_at: datetime | None = None  # all sending, by a person
    secret: str = ""  # what links to customers' pages are signed with: see outbox.links
    retired_secrets: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # the latest first
    salt: str = ""  # of the marks of those who were forgotten; never changes: see customers.forgotten
    counted_until: datetime | None = None  # how far message_counts goes
    summarised_at: datetime | None = None  # the last daily summary to staff
