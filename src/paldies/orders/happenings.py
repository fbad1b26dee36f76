"""What a snapshot says has happened to its order."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from paldies.campaigns.words import EventKind, OrderStatus
from paldies.orders import moments
from paldies.orders.moments import Moment
from paldies.orders.snapshot import Snapshot
from paldies.value import value

TIMES = ("placed_at", "confirmed_at", "paid_at", "shipped_at", "delivered_at", "cancelled_at", "refunded_at")

# Words of the shop that an order reaches only once it stands.
_STANDING = frozenset(OrderStatus) - {OrderStatus.PENDING, OrderStatus.CANCELLED}
# Ways of paying later: there the shop's silence about a state means that it has taken the order on.
_ON_TRUST = re.compile(
    r"\bcod\b|cash on delivery|pay on delivery|invoice|on account|net 30|nachnahme|rechnung"
    r"|наложенный|наличны|pēcmaksa|rēķin|skaidr"
)


@value
class Happening:
    """Something that has happened, as a snapshot has it; `moment` is None where it names no time."""

    kind: EventKind
    moment: Moment | None
    is_at_the_latest: bool = False  # the moment is another event's, which cannot have come before it
    amount: int = 0


def happenings(snapshot: Snapshot, said: Mapping[str, Moment | None]) -> Iterator[Happening]:
    """Everything that follows from its words, its sums, and its times as `said_in` has them."""
    status = status_of(snapshot, said)
    if said["placed_at"]:
        yield Happening(EventKind.PLACED, said["placed_at"])
    else:
        yield Happening(EventKind.PLACED, _first(said, TIMES), is_at_the_latest=True)
    followed = _first(said, ("paid_at", "shipped_at", "delivered_at"))
    if said["confirmed_at"]:
        yield Happening(EventKind.CONFIRMED, said["confirmed_at"])
    elif followed or status in _STANDING:
        latest = said["placed_at"] if _is_on_trust(snapshot) else followed
        yield Happening(EventKind.CONFIRMED, latest, is_at_the_latest=True)
    if said["paid_at"] or status is OrderStatus.PAID:
        yield Happening(EventKind.PAID, said["paid_at"])
    if status is OrderStatus.PART_SHIPPED:
        yield Happening(EventKind.PART_SHIPPED, said["shipped_at"])
    elif said["shipped_at"] or status is OrderStatus.SHIPPED:
        yield Happening(EventKind.SHIPPED, said["shipped_at"])
    if said["delivered_at"] or status is OrderStatus.DELIVERED:
        yield Happening(EventKind.DELIVERED, said["delivered_at"])
    if said["cancelled_at"] or status is OrderStatus.CANCELLED:
        yield Happening(EventKind.CANCELLED, said["cancelled_at"])
    if refund := _refund(snapshot, said):
        amount = snapshot.refunded_total or 0
        is_part = refund is EventKind.PART_REFUNDED
        yield Happening(refund, said["refunded_at"], amount=amount if is_part else 0)


def status_of(snapshot: Snapshot, said: Mapping[str, Moment | None]) -> OrderStatus:
    """The shop's word, or else what follows from the times and sums it gives."""
    if snapshot.status is not None:
        return snapshot.status
    if said["cancelled_at"]:
        return OrderStatus.CANCELLED
    if refund := _refund(snapshot, said):
        return OrderStatus.REFUNDED if refund is EventKind.REFUNDED else OrderStatus.PART_REFUNDED
    for name, status in (
        ("delivered_at", OrderStatus.DELIVERED),
        ("shipped_at", OrderStatus.SHIPPED),
        ("paid_at", OrderStatus.PAID),
        ("confirmed_at", OrderStatus.CONFIRMED),
    ):
        if said[name]:
            return status
    return OrderStatus.CONFIRMED if _is_on_trust(snapshot) else OrderStatus.PENDING


def is_paid_later(payment_method: str) -> bool:
    """Whether it is a way of paying on delivery or after it."""
    return _ON_TRUST.search(payment_method.casefold().replace("_", " ").replace("-", " ")) is not None


def said_in(snapshot: Snapshot, *, zone: ZoneInfo, now: datetime) -> dict[str, Moment | None]:
    """Every time in a snapshot that lies behind us, by the snapshot's names; `zone` is the shop's."""
    return {name: moments.happened(getattr(snapshot, name), zone=zone, now=now) for name in TIMES}


def _first(said: Mapping[str, Moment | None], names: Iterable[str]) -> Moment | None:
    return min(
        (moment for name in names if (moment := said[name])), key=lambda moment: moment.at, default=None
    )


def _refund(snapshot: Snapshot, said: Mapping[str, Moment | None]) -> EventKind | None:
    """Whether all or part came back; where the total is not known, any refund counts as one of all."""
    back, total = snapshot.refunded_total or 0, snapshot.total or 0
    if snapshot.status is OrderStatus.REFUNDED or (back > 0 and back >= total):
        return EventKind.REFUNDED
    if back > 0 or snapshot.status is OrderStatus.PART_REFUNDED:
        return EventKind.PART_REFUNDED
    return EventKind.REFUNDED if said["refunded_at"] else None


def _is_on_trust(snapshot: Snapshot) -> bool:
    """Whether the shop tells nothing about the order's state, and the buyer pays later."""
    if snapshot.status is not None or snapshot.cancelled_at is not None:
        return False
    return is_paid_later(snapshot.payment_method)
