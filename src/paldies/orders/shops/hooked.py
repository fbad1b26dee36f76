"""A shop that also calls us: what its hooks are signed with, and how they are read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from paldies.orders.shops.reading import Reading
from paldies.orders.snapshot import Snapshot


class Way(StrEnum):
    """Whose custom the hooks of a shop follow; also where they knock: `/hooks/{way}/{shop}`."""

    SHOPIFY = "shopify"
    WOOCOMMERCE = "woocommerce"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True)
class Hook:
    """What has to be known of a shop to believe a hook. Without a secret none is: anybody could sign."""

    way: Way
    secrets: tuple[str, ...] = field(repr=False)  # the one in use first, then those that still count
    topics: tuple[str, ...] = ()  # those that we want; what we cannot use is answered and left alone
    is_alone: bool = False  # the shop calls, and cannot be asked


@dataclass(frozen=True, slots=True)
class Amendment:
    """What a hook tells that has no whole order: what becomes of the order as we know it."""

    order_id: str
    applied: Callable[[Snapshot], Snapshot]  # the same again if it is in there already; raises BadValue


@dataclass(frozen=True, slots=True)
class Registered:
    """A hook that a shop has on record."""

    topic: str
    address: str
    trouble: str = ""  # why it does not call: "disabled", "paused"


Heard = Snapshot | Amendment | None


@runtime_checkable
class Hooked(Protocol):
    """A shop whose hooks we take."""

    name: str
    reading: Reading
    hook: Hook

    def hear(self, topic: str, told: Any) -> Heard:
        """What the JSON of one hook means; None if there is nothing to take. Raises BadRow, BadValue."""
        ...

    def registered(self) -> list[Registered] | None:
        """The hooks that the shop has on record; None if it cannot be asked. Raises ShopError."""
        ...
