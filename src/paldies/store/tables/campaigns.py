"""Published plans and texts, and who is inside which campaign."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from paldies.campaigns.words import Arm, EnrolmentState
from paldies.store.tables.columns import may_refer_to, refers_to, row_id, word


class CampaignRow(SQLModel, table=True):
    """A campaign's present state; what it says is in its folder and in plan_versions."""

    __tablename__ = "campaigns"

    name: str = Field(primary_key=True)
    plan_version_id: int | None = may_refer_to("plan_versions.id")  # what new enrolments are pinned to
    first_published_at: datetime | None = None
    paused_at: datetime | None = None
    withdrawn_at: datetime | None = None


class PlanVersion(SQLModel, table=True):
    """A published campaign.toml, for ever."""

    __tablename__ = "plan_versions"
    __table_args__ = (UniqueConstraint("campaign", "version"),)

    id: int | None = row_id()
    campaign: str
    version: int
    sha: str
    source: str
    published_at: datetime
    published_by: str = ""  # empty: by paldies itself, as nobody was inside
    restores: int | None = None  # the version that it goes back to
    moving_since: datetime | None = None  # those inside an older one are being moved to it
    is_uncounted: bool = False  # nobody confirmed whom it hurries: that counts for the blast breaker


class TextVersion(SQLModel, table=True):
    """A template that passed its checks, with the frame and senders it was compiled with."""

    __tablename__ = "text_versions"
    __table_args__ = (UniqueConstraint("campaign", "step", "channel", "locale", "sha"),)

    id: int | None = row_id()
    campaign: str
    step: str
    channel: str
    locale: str
    sha: str
    source: str
    layout: str
    senders: str
    created_at: datetime


class Enrolment(SQLModel, table=True):
    """One order's (or customer's) passage through one campaign, pinned to a plan version."""

    __tablename__ = "enrolments"
    __table_args__ = (
        Index("enrolments_of_customer", "customer_id", "campaign"),
        Index(
            "enrolments_open",
            "campaign",
            "plan_version_id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int | None = row_id()
    key: str = Field(unique=True)
    campaign: str
    plan_version_id: int = refers_to("plan_versions.id")
    customer_id: int = refers_to("customers.id")
    order_id: int | None = may_refer_to("orders.id", index=True)
    event_id: int | None = may_refer_to("order_events.id")
    event_at: datetime  # when the trigger happened: what `after` counts from
    state: EnrolmentState = word(EnrolmentState.OPEN)
    reason: str = ""
    note: str = ""
    joined_to: int | None = may_refer_to("enrolments.id", index=True)
    arm: Arm = word(Arm.TREATED)
    is_late_seen: bool = False  # counts for the blast breaker
    created_at: datetime
    ended_at: datetime | None = None
