"""What a customer is called and where they are reached, by their newest order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from paldies.store.schema import customers, orders

CONTACTS = ("first_name", "last_name", "email", "phone", "locale")


@dataclass(frozen=True, slots=True)
class Contacts:
    """What one order says about the person; `said` has all of CONTACTS, empty or normalised."""

    customer_id: int
    placed_at: datetime
    said: Mapping[str, str]


def refresh(session: Session, found: Iterable[Contacts]) -> None:
    """Takes over what is said and new, unless a later order of the customer is known already.

    To be called before the orders that it comes from are stored.
    """
    newest = {one.customer_id: one for one in sorted(found, key=lambda one: one.placed_at)}
    if not newest:
        return
    known = (
        select(orders.c.customer_id, func.max(orders.c.placed_at))
        .where(orders.c.customer_id.in_(newest))
        .group_by(orders.c.customer_id)
    )
    latest: dict[int, datetime] = {customer: placed_at for customer, placed_at in session.execute(known)}
    rows = session.execute(select(customers).where(customers.c.id.in_(newest)).order_by(customers.c.id))
    changes: list[dict[str, Any]] = []
    for row in rows.mappings():
        one = newest[row["id"]]
        if one.placed_at < latest.get(row["id"], one.placed_at):
            continue
        after = {name: one.said[name] or row[name] for name in CONTACTS}
        if any(after[name] != row[name] for name in CONTACTS):
            changes.append({"row": row["id"], **after})
    if changes:
        session.connection().execute(update(customers).where(customers.c.id == bindparam("row")), changes)
