"""When a shop would have told what about an order, from what it says of it in the end."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from paldies.campaigns.words import OrderStatus
from paldies.orders import moments
from paldies.orders.happenings import TIMES
from paldies.orders.snapshot import Snapshot
from paldies.value import value

_REACHED = {
    "cancelled_at": OrderStatus.CANCELLED,
    "refunded_at": OrderStatus.REFUNDED,
    "delivered_at": OrderStatus.DELIVERED,
    "shipped_at": OrderStatus.SHIPPED,
    "paid_at": OrderStatus.PAID,
    "confirmed_at": OrderStatus.CONFIRMED,
}  # the furthest first
_NEVER_STOOD = (None, OrderStatus.PENDING, OrderStatus.CANCELLED)


@value
class Record:
    """What is known of an order, and when some of its times became known, where not as they happened."""

    snapshot: Snapshot
    heard_at: Mapping[str, datetime] = field(default_factory=dict)  # by the names of the snapshot's times


@value
class Arrival:
    """A moment at which the shop had something new to tell; `is_whole`: all that the record says."""

    at: datetime
    is_whole: bool


def arrivals(record: Record, zone: ZoneInfo) -> list[Arrival]:
    """In the order in which they came; none for a record without any time. `zone` is the shop's."""
    snapshot = record.snapshot
    known = {at for _, at in _known(record, zone)}
    if touched := moments.instant(snapshot.updated_at, zone=zone):
        known.add(max(touched, *known) if known else touched)
    told = sorted(known)
    return [Arrival(at, is_whole=at is told[-1]) for at in told]


def as_of(record: Record, at: datetime, zone: ZoneInfo) -> Snapshot:
    """The order as the shop would have told of it at that moment, before it knew the rest."""
    snapshot = record.snapshot
    there = {name for name, known_at in _known(record, zone) if known_at <= at}
    changes: dict[str, Any] = {name: None for name in TIMES if name not in there}
    is_refunded = "refunded_at" in there or snapshot.refunded_at is None
    return replace(
        snapshot,
        **changes,
        status=_status(snapshot, there),
        refunded_total=snapshot.refunded_total if is_refunded else None,
        updated_at=at,
    )


def _known(record: Record, zone: ZoneInfo) -> Iterator[tuple[str, datetime]]:
    """The times that the record names, and when each became known: none before the order was there."""
    told = [
        (name, record.heard_at.get(name, at))
        for name in TIMES
        if (at := moments.instant(getattr(record.snapshot, name), zone=zone))
    ]
    is_exact = isinstance(record.snapshot.placed_at, datetime)  # of a day only its end is known
    there_since = dict(told).get("placed_at") if is_exact else None
    for name, at in told:
        yield name, max(at, there_since) if there_since else at


def _status(snapshot: Snapshot, there: set[str]) -> OrderStatus | None:
    """A shop without states tells of none here; what stands since nobody knows when always did."""
    if snapshot.status is None:
        return None
    for name, status in _REACHED.items():
        if name in there:
            return status
    is_dated = snapshot.confirmed_at is not None or snapshot.paid_at is not None
    return OrderStatus.PENDING if is_dated or snapshot.status in _NEVER_STOOD else OrderStatus.CONFIRMED
