"""Who is at the staff desk, what they are busy with, and what they have done there."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from paldies.store.tables.columns import may_refer_to, row_id


class DeskLink(SQLModel, table=True):
    """A link that signs somebody in, once; of its token only the hash is kept."""

    __tablename__ = "desk_links"

    id: int | None = row_id()
    token_hash: str = Field(unique=True)
    staff: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class DeskSession(SQLModel, table=True):
    """One browser that is signed in; of its cookie only the hash is kept."""

    __tablename__ = "desk_sessions"

    id: int | None = row_id()
    token_hash: str = Field(unique=True)
    staff: str = Field(index=True)
    began_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None


class Lease(SQLModel, table=True):
    """What somebody is busy with, so that nobody else begins it as well."""

    __tablename__ = "leases"

    subject: str = Field(primary_key=True)  # "task 12", "message 7", "case 3"
    staff: str
    taken_at: datetime
    until: datetime = Field(index=True)


class Deed(SQLModel, table=True):
    """Something that was done at the desk, and who did it; never changed."""

    __tablename__ = "deeds"

    id: int | None = row_id()
    at: datetime
    staff: str
    what: str  # a word of replies.deeds
    subject: str = ""  # as in Lease; also "campaign first_day"
    customer_id: int | None = may_refer_to("customers.id", index=True)
    order_id: int | None = may_refer_to("orders.id", index=True)
    note: str = ""
