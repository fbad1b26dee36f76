"""The number that moves with every write that could change what a customer is sent."""

from collections.abc import Collection

from sqlalchemy import select, union, update
from sqlalchemy.orm import Session

from paldies.store.schema import customers, orders


def bump(session: Session, customer_ids: Collection[int]) -> None:
    """Makes every claim that was decided on before this transaction's commit come too late."""
    if not customer_ids:
        return
    chosen = customers.c.id.in_(sorted(customer_ids))
    # one order of locks, the same as that of claims: no deadlock on PostgreSQL
    session.execute(select(customers.c.id).where(chosen).order_by(customers.c.id).with_for_update())
    session.execute(update(customers).where(chosen).values(revision=customers.c.revision + 1))


def customers_using(session: Session, addresses: Collection[str]) -> set[int]:
    """Every customer who has, or whose orders have, one of these normalised addresses or numbers."""
    if not addresses:
        return set()
    return set(
        session.scalars(
            union(
                select(orders.c.customer_id).where(orders.c.email.in_(addresses)),
                select(orders.c.customer_id).where(orders.c.phone.in_(addresses)),
                select(customers.c.id).where(customers.c.email.in_(addresses)),
            )
        )
    )
