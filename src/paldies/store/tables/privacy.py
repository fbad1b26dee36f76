"""What is left of people who were forgotten: enough not to know them again, and not to write to them."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class ForgottenOrder(SQLModel, table=True):
    """An order of theirs: whatever a shop says of it from now on, it is not taken in."""

    __tablename__ = "forgotten_orders"

    shop: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    forgotten_at: datetime


class ForgottenMark(SQLModel, table=True):
    """A salted hash of an address, a number or a shop's account: see customers.forgotten."""

    __tablename__ = "forgotten_marks"

    mark: str = Field(primary_key=True)
    person: str = Field(index=True)  # random; shared by all marks of one person
    forgotten_at: datetime
