"""One order as the shop reports it at one moment, in our words."""

from datetime import date, datetime
from decimal import Decimal

from paldies.campaigns.words import OrderStatus
from paldies.value import value


@value
class SnapshotLine:
    sku: str
    name: str
    quantity: Decimal
    price: int  # minor units


@value
class Snapshot:
    """Instants are aware, money is in minor units of `currency`; None and empty mean the shop did not say.

    A `date` in place of an instant means that the shop knows the day only.
    Addresses and numbers are as the shop wrote them; the watcher normalises them.
    """

    id: str
    number: str = ""
    status: OrderStatus | None = None
    currency: str = ""
    total: int | None = None
    refunded_total: int | None = None
    placed_at: datetime | date | None = None
    confirmed_at: datetime | date | None = None
    paid_at: datetime | date | None = None
    shipped_at: datetime | date | None = None
    delivered_at: datetime | date | None = None
    promised_at: datetime | date | None = None
    cancelled_at: datetime | date | None = None
    refunded_at: datetime | date | None = None
    updated_at: datetime | date | None = None
    payment_method: str = ""
    is_test: bool = False
    tags: tuple[str, ...] = ()
    customer_id: str = ""
    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    locale: str = ""
    time_zone: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    postal_code: str = ""
    address: str = ""
    accepts_email: bool | None = None
    accepts_sms: bool | None = None
    accepts_call: bool | None = None
    consent_at: datetime | date | None = None
    consent_source: str = ""
    todo: str = ""
    todo_by: datetime | date | None = None
    lines: tuple[SnapshotLine, ...] | None = None  # None: the shop does not tell
