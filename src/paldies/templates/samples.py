"""Sample orders: one with everything in it, one with everything optional left out."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from paldies.campaigns.facts import Case, Customer, Line, Order
from paldies.campaigns.money import Money
from paldies.campaigns.words import OrderStatus, Purpose, Stage
from paldies.templates.values import ShopCard

_RIGA = ZoneInfo("Europe/Riga")
_PAGE = "0123456789abcdefABCDEF"  # as long as a real one

SHOP = ShopCard(
    name="Bērzs & Co",
    email="hello@berzs.example",
    phone="+371 2000 0000",
    address="Tērbatas iela 14, Rīga, LV-1011, Latvia",
    url="https://berzs.example",
)


_CASE = Case("", datetime(2026, 11, 24, 12, 0, tzinfo=_RIGA))


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    order: Order
    customer: Customer
    case: Case = _CASE
    public_url: str = ""  # where the pages are that a message links to; empty: there are none


COMPLETE = Sample(
    "a complete order",
    Order(
        id="10427",
        number="10427",
        shop="store",
        status=OrderStatus.PAID,
        total=Money(Decimal("86.40"), "EUR"),
        refunded_total=Money(Decimal(0), "EUR"),
        placed_at=datetime(2026, 11, 23, 10, 12, tzinfo=_RIGA),
        confirmed_at=datetime(2026, 11, 23, 10, 15, tzinfo=_RIGA),
        paid_at=datetime(2026, 11, 23, 10, 15, tzinfo=_RIGA),
        shipped_at=datetime(2026, 11, 24, 9, 0, tzinfo=_RIGA),
        delivered_at=datetime(2026, 11, 26, 13, 40, tzinfo=_RIGA),
        promised_at=datetime(2026, 11, 27, 18, 0, tzinfo=_RIGA),
        payment_method="card",
        tags=("gift",),
        todo="Choose the parcel locker that suits you",
        todo_by=datetime(2026, 11, 24, 17, 0, tzinfo=_RIGA),
        lines=(
            Line("TK-04", "Linen tea towel, grey", Decimal(4), Money(Decimal("9.60"), "EUR")),
            Line("BL-11", "Birch bread board", Decimal(1), Money(Decimal("48.00"), "EUR")),
        ),
        company="SIA Ozols",
        country="LV",
        region="Rīga",
        city="Rīga",
        postal_code="LV-1050",
        address="Brīvības iela 1-2",
        rating=5,
    ),
    Customer(
        first_name="Alise",
        last_name="Kalniņa",
        email="alise@example.com",
        phone="+37120000001",
        locale="lv-LV",
        order_count=3,
        stage=Stage.RETURNING,
    ),
    case=Case("Anna Kalniņa", datetime(2026, 11, 24, 12, 0, tzinfo=_RIGA)),
    public_url=SHOP.url,
)

BARE = Sample(
    "an order of which little is known",
    Order(
        id="10428",
        number="10428",
        shop="store",
        status=OrderStatus.PENDING,
        total=Money(Decimal("5.00"), "EUR"),
        refunded_total=Money(Decimal(0), "EUR"),
        placed_at=datetime(2026, 11, 23, 22, 5, tzinfo=_RIGA),
    ),
    Customer(email="c@example.com"),
)


def values(
    sample: Sample,
    shop: ShopCard = SHOP,
    *,
    purpose: Purpose = Purpose.SERVICE,
) -> dict[str, object]:
    """Everything that a text may ask for, except who signs and in which locale."""
    pages = sample.public_url
    return {
        "order": sample.order,
        "customer": sample.customer,
        "shop": shop,
        "purpose": purpose.value,
        "unsubscribe_url": f"{pages}/u/{_PAGE}" if pages and purpose is Purpose.PROMOTIONAL else "",
        "feedback_url": f"{pages}/f/{_PAGE}" if pages else "",
        "complaint_url": f"{pages}/c/{_PAGE}" if pages else "",
        "has_keys": bool(pages),
        "case": sample.case,
    }
