"""Who bought, what they agreed to, and what they never want again."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from paldies.campaigns.words import Purpose, Stage
from paldies.store.tables.columns import may_refer_to, refers_to, row_id, word


class CustomerRow(SQLModel, table=True):
    """A person. `revision` moves with every write that could change a decision, and with every claim."""

    __tablename__ = "customers"
    __table_args__ = (
        Index(
            "customers_to_merge",
            "id",
            sqlite_where=text("merge_wanted IS NOT NULL"),
            postgresql_where=text("merge_wanted IS NOT NULL"),
        ),
    )

    id: int | None = row_id()
    uuid: str = Field(unique=True)
    first_name: str = ""
    last_name: str = ""
    email: str = Field(default="", index=True)  # normalised
    phone: str = ""  # E.164
    locale: str = ""  # BCP 47
    stage: Stage = word(Stage.NEW)
    created_at: datetime
    revision: int = 0
    claim_id: str | None = None  # the claim that last moved the revision
    merged_into: int | None = may_refer_to("customers.id", index=True)
    merge_wanted: int | None = may_refer_to("customers.id")  # to be merged into, once neither is in flight
    forgotten_at: datetime | None = None  # nothing is left but this row, which counts refer to
    kept_apart: bool = False  # a person has undone a merge: never merged by itself again


class CustomerIdentity(SQLModel, table=True):
    """What a shop calls a customer."""

    __tablename__ = "customer_identities"
    __table_args__ = (UniqueConstraint("shop", "external_id"),)

    id: int | None = row_id()
    customer_id: int = refers_to("customers.id", index=True)
    shop: str
    external_id: str


class Consent(SQLModel, table=True):
    """A recorded yes, for an address, a channel and a purpose."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("address", "channel", "purpose", "source"),)

    id: int | None = row_id()
    address: str = Field(index=True)  # normalised e-mail address or E.164 number
    channel: str
    purpose: Purpose = word()
    granted_at: datetime
    source: str  # "shop:store", "person", "feedback" …
    wording: str = ""
    withdrawn_at: datetime | None = None


class Suppression(SQLModel, table=True):
    """A recorded never-again, for an address; channel, purpose and campaign are empty where all are meant."""

    __tablename__ = "suppressions"

    id: int | None = row_id()
    address: str = Field(index=True)
    channel: str = ""
    purpose: str = ""
    campaign: str = ""
    reason: str  # a sentence for staff
    source: str  # "person", "unsubscribe", "bounce", "complaint" …
    suppressed_at: datetime
    lifted_at: datetime | None = None
    lifted_by: str = ""  # only a person lifts one
