"""Orders that may still change in a way that matters: asked for again every night."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import OrderStatus
from paldies.store.schema import orders

AFTER_DELIVERY = timedelta(days=30)  # returns come late
AT_MOST = timedelta(days=180)  # a shop that never says "delivered" is not asked about all its orders for ever


def is_open(values: Mapping[str, Any], *, placed_at: datetime, now: datetime) -> bool:
    if values["status"] in (OrderStatus.CANCELLED.value, OrderStatus.REFUNDED.value):
        return False
    if values["delivered_at"] or values["status"] == OrderStatus.DELIVERED.value:
        return bool((values["delivered_at"] or placed_at) > now - AFTER_DELIVERY)
    return placed_at > now - AT_MOST


def close_old(session: Session, shop: str, *, now: datetime) -> None:
    """Those whose time has passed since their last change."""
    is_delivered = or_(orders.c.delivered_at.is_not(None), orders.c.status == OrderStatus.DELIVERED.value)
    delivered_at = func.coalesce(orders.c.delivered_at, orders.c.placed_at)
    session.execute(
        update(orders)
        .where(orders.c.shop == shop, orders.c.is_open)
        .where(
            or_(is_delivered & (delivered_at <= now - AFTER_DELIVERY), orders.c.placed_at <= now - AT_MOST)
        )
        .values(is_open=False)
    )


def next_open(session: Session, shop: str, after: int, *, limit: int) -> list[tuple[int, str]]:
    """Row and shop's id of the open orders that follow row `after`."""
    found = session.execute(
        select(orders.c.id, orders.c.external_id)
        .where(orders.c.shop == shop, orders.c.is_open, orders.c.id > after)
        .order_by(orders.c.id)
        .limit(limit)
    )
    return [(row.id, row.external_id) for row in found]
