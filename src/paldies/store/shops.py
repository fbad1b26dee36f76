"""Which shops there are orders of."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.store.schema import orders


def shops_with_orders(session: Session) -> Iterator[str]:
    """One index look-up each: there are few shops, and counting them would read all orders."""
    shop = session.scalar(select(func.min(orders.c.shop)))
    while shop is not None:
        yield shop
        shop = session.scalar(select(func.min(orders.c.shop)).where(orders.c.shop > shop))
