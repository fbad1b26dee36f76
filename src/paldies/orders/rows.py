"""How orders, their lines and their events are written, many in one statement."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from paldies.customers.identity import Owner
from paldies.orders.entries import VALUES, Entry
from paldies.orders.events import Corrected, New
from paldies.orders.history import History
from paldies.orders.open_orders import is_open
from paldies.orders.retiming import retime
from paldies.orders.snapshot import SnapshotLine
from paldies.store.among import among
from paldies.store.prepared import Prepared
from paldies.store.questions import Question
from paldies.store.schema import order_events, order_lines, orders

_CHANGING = (*VALUES, "placed_at", "sha", "updated_at", "is_open")
_ADD = Prepared(insert(orders))
_IDS = Question(
    select(orders.c.external_id, orders.c.id).where(
        orders.c.shop == bindparam("of_shop"), among(orders.c.external_id, "ids")
    )
)
_CHANGE = Prepared(
    update(orders)
    .where(orders.c.id == bindparam("row"))
    .values({name: bindparam(f"new_{name}", type_=orders.c[name].type) for name in _CHANGING})
)
_ADD_LINES = Prepared(insert(order_lines))
_DROP_LINES = Prepared(delete(order_lines).where(among(order_lines.c.order_id, "orders")))
_ADD_EVENTS = Prepared(insert(order_events))
_CORRECT = Prepared(
    update(order_events)
    .where(order_events.c.id == bindparam("row"))
    .values(happened_at=bindparam("at", type_=order_events.c.happened_at.type), amount=bindparam("sum"))
)


def add(session: Session, shop: str, entries: Iterable[tuple[Entry, datetime, Owner]]) -> dict[str, int]:
    """Orders seen for the first time, when each was placed, whose it is; their row ids by the shop's ids."""
    rows = [
        {
            **_values(entry, placed_at),
            "shop": shop,
            "customer_id": owner.customer_id,
            "bought_by": owner.bought_by if owner.bought_by != owner.customer_id else None,
            "first_seen_at": entry.seen_at,
        }
        for entry, placed_at, owner in entries
    ]
    if not rows:
        return {}
    _ADD.run(session, rows)
    added = _IDS.ask(session, of_shop=shop, ids=[row["external_id"] for row in rows])
    return {row.external_id: row.id for row in added}


def change(session: Session, entries: Iterable[tuple[int, Entry, datetime]]) -> None:
    """Takes over everything that the newest snapshots say, by row id."""
    rows = [
        {"row": row} | {f"new_{name}": value for name, value in _values(entry, placed_at).items()}
        for row, entry, placed_at in entries
    ]
    if rows:
        _CHANGE.run(session, rows)


def write_lines(
    session: Session, told: Mapping[int, Sequence[SnapshotLine] | None], *, new: Collection[int]
) -> None:
    """The lines of orders, by row id, in place of those they had; None: the shop does not tell, they stay."""
    if old := [order_id for order_id, lines in told.items() if lines is not None and order_id not in new]:
        _DROP_LINES.run(session, [{"orders": tuple(old)}])
    rows = [
        {
            "order_id": order_id,
            "position": position,
            "sku": line.sku,
            "name": line.name,
            "quantity": line.quantity,
            "price": line.price,
        }
        for order_id, lines in told.items()
        for position, line in enumerate(lines or (), start=1)
    ]
    if rows:
        _ADD_LINES.run(session, rows)


def add_events(
    session: Session,
    new: Iterable[tuple[int, New, datetime]],
    *,
    history: History,
    of_new_orders: Mapping[int, datetime],
) -> None:
    """Events, by the order's row id, each with the moment at which it was seen.

    The history of a new order is no business of the planner's. `of_new_orders` says when those were placed.
    """
    rows = [
        {
            "order_id": order_id,
            "kind": event.kind.value,
            "ordinal": event.ordinal,
            "happened_at": event.happened_at,
            "first_seen_at": seen_at,
            "not_before": history.not_before(event, of_new_orders.get(order_id), seen_at),
            "is_history": (is_history := history.holds(event, seen_at)),
            "amount": event.amount,
            "planned_at": seen_at if is_history and order_id in of_new_orders else None,
        }
        for order_id, event, seen_at in new
    ]
    if rows:
        _ADD_EVENTS.run(session, rows)


def correct(session: Session, corrected: Sequence[Corrected]) -> None:
    """Gives events another time, and moves what counts from it."""
    if not corrected:
        return
    _CORRECT.run(session, [{"row": one.id, "at": one.happened_at, "sum": one.amount} for one in corrected])
    retime(session, {one.id: one.happened_at for one in corrected})


def _values(entry: Entry, placed_at: datetime) -> dict[str, Any]:
    return {
        **entry.values,
        "placed_at": placed_at,
        "sha": entry.sha,
        "updated_at": entry.updated_at,
        "is_open": is_open(entry.values, placed_at=placed_at, now=entry.seen_at),
    }
