"""An order as it is on record, as if the shop had just told it again."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.words import OrderStatus
from paldies.orders.snapshot import Snapshot
from paldies.store.schema import orders

_SAME = (
    "number currency total refunded_total placed_at confirmed_at paid_at shipped_at delivered_at promised_at"
    " cancelled_at refunded_at updated_at payment_method email phone first_name last_name company locale"
    " country region city postal_code address todo todo_by"
).split()


def as_told(session: Session, shop: str, external_id: str) -> Snapshot | None:
    """None if it is not on record. Its lines, its customer and their answers stay as they are."""
    wanted = select(orders).where(orders.c.shop == shop, orders.c.external_id == external_id)
    row = session.execute(wanted).mappings().one_or_none()
    if row is None:
        return None
    same = {name: row[name] for name in _SAME}
    return Snapshot(id=external_id, status=OrderStatus(row["status"]), tags=tuple(row["tags"]), **same)
