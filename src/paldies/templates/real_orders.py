"""The shop's own orders, as samples for its texts."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.store.schema import orders
from paldies.store.views import customer_value, read_customers, read_orders
from paldies.templates.samples import Sample


def latest_orders(session: Session, most: int, home_zone: str, *, public_url: str = "") -> list[Sample]:
    """Those that we have come to know last, the latest first."""
    ids = session.scalars(select(orders.c.id).order_by(orders.c.id.desc()).limit(most)).all()
    return real_orders(session, ids, home_zone, public_url=public_url)


def real_orders(
    session: Session, ids: Collection[int], home_zone: str, *, public_url: str = ""
) -> list[Sample]:
    """By their row ids, in that order; what is not there is left out."""
    views = read_orders(session, ids, home_zone)
    people = read_customers(session, {view.customer_id for view in views.values()})
    return [
        Sample(
            f"order {view.order.number}",
            view.order,
            customer_value(people[view.customer_id], view),
            public_url=public_url,
        )
        for row_id in ids
        if (view := views.get(row_id))
    ]
