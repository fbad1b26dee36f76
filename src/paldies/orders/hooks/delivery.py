"""One hook on its way in, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from paldies.orders.entries import Home
from paldies.orders.shops.hooked import Hooked


@dataclass(frozen=True, slots=True)
class Door:
    """Where the hooks of one shop come in; `home` is where that shop is."""

    shop: Hooked
    home: Home


@dataclass(frozen=True, slots=True)
class Delivery:
    """A hook whose signature was right.

    `ids` are the sender's own, in the order of its custom. `is_same_if_alike`: two of one content are one,
    as it has to be where ids are not signed: anybody could send a hook again under another.
    """

    door: Door
    topic: str
    body: bytes
    received_at: datetime
    ids: tuple[str, ...] = ()
    is_same_if_alike: bool = True


class State(StrEnum):
    """What became of it."""

    TAKEN = "taken"
    REPEATED = "repeated"  # it had come before
    LEFT = "left"  # nothing to take: a cart, a test, one to ignore
    REFUSED = "refused"  # it could not be understood


@dataclass(frozen=True, slots=True)
class Outcome:
    state: State
    problem: str = ""  # of one that was refused
