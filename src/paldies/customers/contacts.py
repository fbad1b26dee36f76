"""What a customer is called and where they are reached, by their newest order."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from paldies.store.among import among
from paldies.store.prepared import Prepared
from paldies.store.questions import Question
from paldies.store.schema import customers, orders
from paldies.value import value

CONTACTS = ("first_name", "last_name", "email", "phone", "locale")


@value
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
    latest: dict[int, datetime] = dict(_LATEST.ask(session, customers=newest))
    changes: list[dict[str, Any]] = []
    for row_id, *known in _KNOWN.ask(session, customers=newest):
        one = newest[row_id]
        if one.placed_at < latest.get(row_id, one.placed_at):
            continue
        after = [one.said[name] or before for name, before in zip(CONTACTS, known, strict=True)]
        if after != known:
            changes.append({"row": row_id} | {f"new_{n}": v for n, v in zip(CONTACTS, after, strict=True)})
    if changes:
        _CHANGE.run(session, changes)


_LATEST = Question(
    select(orders.c.customer_id, func.max(orders.c.placed_at).label("placed_at"))
    .where(among(orders.c.customer_id, "customers"))
    .group_by(orders.c.customer_id)
)
_KNOWN = Question(
    select(customers.c.id, *(customers.c[name] for name in CONTACTS))
    .where(among(customers.c.id, "customers"))
    .order_by(customers.c.id)
)
_CHANGE = Prepared(
    update(customers)
    .where(customers.c.id == bindparam("row"))
    .values({name: bindparam(f"new_{name}") for name in CONTACTS})
)
