"""Where the orders of a simulation are from: a file, a shop, or what the database knows."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind, OrderStatus
from paldies.orders.shops.base import Page, Rejected, Shop
from paldies.orders.shops.files import read_file
from paldies.orders.shops.reading import Reading
from paldies.orders.snapshot import Snapshot, SnapshotLine
from paldies.simulation.tape import Tape
from paldies.simulation.unrolling import Record
from paldies.store.database import Database
from paldies.store.schema import order_events, order_lines, orders

_CHUNK = 500  # orders
_TIMES = {
    EventKind.PLACED: "placed_at",
    EventKind.CONFIRMED: "confirmed_at",
    EventKind.PAID: "paid_at",
    EventKind.SHIPPED: "shipped_at",
    EventKind.PART_SHIPPED: "shipped_at",
    EventKind.DELIVERED: "delivered_at",
    EventKind.CANCELLED: "cancelled_at",
    EventKind.REFUNDED: "refunded_at",
    EventKind.PART_REFUNDED: "refunded_at",
}
_SAME = (
    "number currency total refunded_total payment_method email phone first_name last_name company locale"
    " country region city postal_code address todo todo_by promised_at"
).split()

OnRejected = Callable[[Rejected], None]


def record_file(
    tape: Tape, path: Path, reading: Reading, *, until: datetime, on_rejected: OnRejected
) -> None:
    """Several rows of one order are what was known of it at the times of their `updated_at`."""
    pages = read_file(path, reading)
    tape.record(reading.shop, _records(pages, on_rejected), zone=reading.zone, until=until)


def record_shop(tape: Tape, shop: Shop, zone: ZoneInfo, *, until: datetime, on_rejected: OnRejected) -> None:
    """Everything that a shop tells when it is asked for the first time. Raises ShopError."""
    tape.record(shop.name, _records(shop.poll({}), on_rejected), zone=zone, until=until)


def record_database(tape: Tape, database: Database, zone: ZoneInfo, *, until: datetime) -> None:
    """Each order as it became known: what was watched at first sight, what is history as it happened."""
    for shop in database.look(_shops):
        tape.record(shop, _known_orders(database, shop), zone=zone, until=until)


def _records(pages: Iterator[Page], on_rejected: OnRejected) -> Iterator[Record]:
    for page in pages:
        for rejected in page.rejected:
            on_rejected(rejected)
        yield from map(Record, page.snapshots)


def _shops(session: Session) -> Sequence[str]:
    return session.scalars(select(orders.c.shop).distinct().order_by(orders.c.shop)).all()


def _known_orders(database: Database, shop: str) -> Iterator[Record]:
    last = 0
    while found := database.look(_some, shop, last):
        last, records = found
        yield from records


def _some(session: Session, shop: str, after: int) -> tuple[int, list[Record]] | None:
    wanted = select(orders).where(orders.c.shop == shop, orders.c.id > after)
    rows = session.execute(wanted.order_by(orders.c.id).limit(_CHUNK)).mappings().all()
    if not rows:
        return None
    ids = [row["id"] for row in rows]
    lines: dict[int, list[SnapshotLine]] = defaultdict(list)
    of_orders = select(order_lines).where(order_lines.c.order_id.in_(ids)).order_by(order_lines.c.position)
    for line in session.execute(of_orders):
        lines[line.order_id].append(SnapshotLine(line.sku, line.name, line.quantity, line.price))
    events: dict[int, list[Any]] = defaultdict(list)
    happened = select(order_events).where(order_events.c.order_id.in_(ids))
    for event in session.execute(happened.order_by(order_events.c.happened_at)):
        events[event.order_id].append(event)
    return ids[-1], [_record(row, lines[row["id"]], events[row["id"]]) for row in rows]


def _record(row: RowMapping, lines: Sequence[SnapshotLine], events: Sequence[Any]) -> Record:
    times: dict[str, Any] = {}
    heard: dict[str, datetime] = {}
    for event in events:
        if name := _TIMES.get(EventKind(event.kind)):
            times[name] = event.happened_at
            heard[name] = event.happened_at if event.is_history else event.first_seen_at
    zones = row["zones"]
    snapshot = Snapshot(
        id=row["external_id"],
        status=OrderStatus(row["status"]),
        tags=tuple(row["tags"]),
        customer_id=str(row["customer_id"]),  # people are told apart here already
        time_zone=zones[0] if len(zones) == 1 else "",
        lines=tuple(lines),
        **{name: row[name] for name in _SAME},
        **times,
    )
    return Record(snapshot, heard)
