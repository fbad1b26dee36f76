"""What happens in the made-up shop: orders, and the deeds that befall them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from paldies.demo.story.cast import Person
from paldies.demo.story.goods import Article


class Payment(StrEnum):
    CARD = "card"
    TRANSFER = "bank transfer"
    ON_DELIVERY = "cash on delivery"

    @property
    def is_in_advance(self) -> bool:
        return self is not Payment.ON_DELIVERY


class What(StrEnum):
    PLACED = "placed"
    PAID = "paid"
    DONE = "done"  # the buyer has done what was left to do
    SENT = "sent"
    HANDED_OVER = "handed over"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    PART_REFUNDED = "part refunded"
    SHOP_DOWN = "shop down"
    SHOP_UP = "shop up"


@dataclass(frozen=True, slots=True)
class Order:
    """`todo` is what is left for the buyer to do, in the buyer's language; instants are aware."""

    id: int
    person: Person
    placed_at: datetime
    basket: tuple[tuple[Article, int], ...]
    payment: Payment
    promised_at: datetime
    todo: str = ""
    todo_by: datetime | None = None

    @property
    def code(self) -> str:
        return f"BL-{self.id}"

    @property
    def cents(self) -> int:
        return sum(article.cents * pieces for article, pieces in self.basket)


@dataclass(frozen=True, slots=True)
class Deed:
    """`booked_at`: when the shop says it happened, where it only hears of it later."""

    at: datetime
    what: What
    order: Order | None = None
    booked_at: datetime | None = field(default=None, kw_only=True)
