"""The number that moves with every write that could change what a customer is sent."""

from collections.abc import Collection, Iterator

from sqlalchemy import bindparam, select, union, update
from sqlalchemy.orm import Session

from paldies.store.among import among
from paldies.store.in_turn import Step, in_turn
from paldies.store.prepared import Prepared
from paldies.store.questions import Question
from paldies.store.schema import customers, orders


def bump(session: Session, customer_ids: Collection[int]) -> None:
    """Makes every claim that was decided on before this transaction's commit come too late."""
    if customer_ids:
        in_turn(session, *lock(session, customer_ids), (_MOVE, [{"customers": tuple(customer_ids)}]))


def lock(session: Session, customer_ids: Collection[int]) -> Iterator[Step]:
    """To be run `in_turn`; holds until the end of the transaction. In one order: no deadlock."""
    if session.get_bind().dialect.name != "sqlite":  # which has a single writer
        yield _LOCK, [{"customer": customer_id} for customer_id in customer_ids]


def customers_using(session: Session, addresses: Collection[str]) -> set[int]:
    """Every customer who has, or whose orders have, one of these normalised addresses or numbers."""
    if not addresses:
        return set()
    return {row.customer_id for row in _USING.ask(session, addresses=addresses)}


_THESE = among(customers.c.id, "customers")
_LOCK = Prepared(
    select(customers.c.id)
    .where(customers.c.id == bindparam("customer"))
    .order_by(customers.c.id)
    .with_for_update(of=customers)
)
_MOVE = Prepared(update(customers).where(_THESE).values(revision=customers.c.revision + 1))
_USING = Question(
    union(
        select(orders.c.customer_id).where(among(orders.c.email, "addresses")),
        select(orders.c.customer_id).where(among(orders.c.phone, "addresses")),
        select(customers.c.id).where(among(customers.c.email, "addresses")),
    )
)
