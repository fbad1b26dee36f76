"""What is known about an order and its customer: the values that conditions, policy and templates see."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from paldies.campaigns.money import Money
from paldies.campaigns.words import EventKind, OrderStatus, Purpose, Stage
from paldies.value import value


@value
class Line:
    """One position of an order."""

    sku: str
    name: str
    quantity: Decimal
    price: Money


@value
class Order:
    """An order as conditions and templates see it; instants are aware and in the customer's zone."""

    id: str  # the shop's own id
    number: str  # what the customer knows it by
    shop: str
    status: OrderStatus
    total: Money
    refunded_total: Money
    placed_at: datetime
    confirmed_at: datetime | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    promised_at: datetime | None = None
    cancelled_at: datetime | None = None
    refunded_at: datetime | None = None
    payment_method: str = ""
    tags: tuple[str, ...] = ()
    todo: str = ""  # what is left for the buyer to do
    todo_by: datetime | None = None
    lines: tuple[Line, ...] = ()
    company: str = ""
    country: str = ""  # ISO 3166-1 alpha-2
    region: str = ""
    city: str = ""
    postal_code: str = ""
    address: str = ""
    rating: int = 0  # how it was, from 1 (the worst) to 5, as the customer said last; 0: nothing was said


@value
class Customer:
    """A customer as conditions and templates see them."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""  # E.164
    locale: str = ""  # BCP 47
    order_count: int = 1
    stage: Stage = Stage.NEW

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@value
class Case:
    """What somebody who has complained was told: who answers (empty: nobody is named), and until when.

    The instant is aware, in the customer's zone.
    """

    person: str
    answer_by: datetime


@value
class Contact:
    """One step that reached out to the customer before (however many legs it took)."""

    step: str  # keys.step_key
    at: datetime
    purpose: Purpose
    is_exempt: bool = False  # promise warnings and case replies do not count


@value
class Facts:
    """Everything that the policy weighs for one message, as the database knew it at one moment.

    `zones` are IANA names: every zone the customer may be in, the likeliest first; empty if nothing is known.
    `address` is the normalised address or number that the message would go to; empty when there is none.
    """

    order: Order | None
    customer: Customer
    address: str
    zones: tuple[str, ...]
    home_zone: str  # the shop's own zone: used where a channel may fall back on it
    happened: frozenset[EventKind] = frozenset()  # order events so far, at least those that end the campaign
    campaign_paused: bool = False
    campaign_withdrawn: bool = False
    has_channel: bool = True  # it is set up
    suppressed: str = ""  # why this address must not be contacted for this purpose; empty = it may
    has_consent: bool = False  # a recorded yes for this address, channel and purpose
    may_soft_opt_in: bool = False  # this shop sold to the address before and relies on it (soft_opt_in)
    has_way_out: bool = False  # an unsubscribe link can be offered (public_url)
    has_open_case: bool = False
    has_in_flight: bool = False  # another message to the customer is in `sending`
    shop_unreachable: bool = False  # no good poll for an hour
    is_allowed: bool = True  # send_only_to is empty or lists the address
    contacts: tuple[Contact, ...] = ()  # newest first, at least the last 72 hours
    adopted_at: datetime | None = None  # what was due before it may have gone from another copy
    woke_at: datetime | None = None  # the end of a silence that nothing explains
    blast_room: int | None = None  # how many late-seen messages of the campaign may still go this hour
    country: str = ""
    region: str = ""


def condition_values(order: Order | None, customer: Customer) -> dict[str, Any]:
    """The names that a condition (`who`, `when`) may use."""
    return {"customer": customer} if order is None else {"order": order, "customer": customer}


def _public(kind: type) -> frozenset[str]:
    return frozenset(name for name in dir(kind) if not name.startswith("_"))


CONDITION_NAMES = {"order": _public(Order), "customer": _public(Customer)}
