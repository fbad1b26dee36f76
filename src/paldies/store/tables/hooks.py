"""What shops have pushed to us, and how well their hooks arrive."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from paldies.store.tables.columns import row_id


class HookRow(SQLModel, table=True):
    """One hook as it came, for as long as such payloads are kept; `problem` says why it was not taken."""

    __tablename__ = "hooks"
    __table_args__ = (
        Index("hooks_order", "shop", "order_id"),
        Index(
            "hooks_refused",
            "shop",
            "id",
            sqlite_where=text("problem <> ''"),
            postgresql_where=text("problem <> ''"),
        ),
    )

    id: int | None = row_id()
    shop: str
    topic: str = ""
    order_id: str = ""  # the shop's, as far as it could be made out
    received_at: datetime = Field(index=True)
    content: bytes  # zlib
    problem: str = ""
    settings: str = ""  # the fingerprint of those that it was read under


class HookKey(SQLModel, table=True):
    """What a hook is known by if it comes again: hashes, nothing personal."""

    __tablename__ = "hook_keys"

    key: str = Field(primary_key=True)
    received_at: datetime = Field(index=True)


class HookTopic(SQLModel, table=True):
    """How the hooks of one shop and topic arrive; the row of no topic is about the signatures of all."""

    __tablename__ = "hook_topics"

    shop: str = Field(primary_key=True)
    topic: str = Field(primary_key=True, default="")
    good_at: datetime | None = None  # when the last one came whose signature was right
    bad_at: datetime | None = None  # when the last one came whose signature was not
    bad: int = 0  # how many of those since the last good one
    why: str = ""  # what was wrong with the last of them
