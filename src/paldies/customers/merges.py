"""Two customers who turn out to be one person, and the way back."""

from collections.abc import Sequence

from sqlalchemy import func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from paldies.customers.identity import is_known_as, roots_of
from paldies.customers.revision import bump
from paldies.store.questions import Question
from paldies.store.schema import (
    cases,
    customers,
    enrolments,
    feedback,
    gifts,
    messages,
    orders,
    staff_tasks,
)

_FOLLOW = (enrolments, messages, feedback, cases, staff_tasks, gifts)
_OF_AN_ORDER = (feedback, cases, staff_tasks, gifts)


_WAITING = Question(
    select(customers.c.id, customers.c.merge_wanted)
    .where(customers.c.merge_wanted.is_not(None))
    .order_by(customers.c.id)
)


class MergeError(ValueError):
    """A merge that makes no sense; the text says why."""


def settle(session: Session) -> int:
    """Carries out the merges that are wanted and need not wait; returns how many."""
    done = 0
    for absorbed, wanted in _WAITING.ask(session):
        roots = roots_of(session, [absorbed, wanted])
        if roots[absorbed] == roots[wanted]:  # they met by another way
            session.execute(update(customers).where(customers.c.id == absorbed).values(merge_wanted=None))
        else:
            done += merge(session, roots[absorbed], into=roots[wanted])
    return done


def merge(session: Session, absorbed: int, *, into: int) -> bool:
    """Gives everything of one customer to another; False if it has to wait, which is then noted for `settle`.

    It waits while a message to either is just leaving. Raises MergeError.
    """
    roots = roots_of(session, [absorbed, into])
    if roots != {absorbed: absorbed, into: into}:
        raise MergeError("one of the two was merged already: merge what it was merged into")
    if absorbed == into:
        raise MergeError("a customer cannot be merged into themselves")
    if _is_in_flight(session, [absorbed, into]):
        session.execute(update(customers).where(customers.c.id == absorbed).values(merge_wanted=into))
        return False
    session.execute(
        update(orders)
        .where(orders.c.customer_id == absorbed)
        .values(customer_id=into, bought_by=func.coalesce(orders.c.bought_by, absorbed))
    )
    for table in _FOLLOW:
        session.execute(update(table).where(table.c.customer_id == absorbed).values(customer_id=into))
    session.execute(
        update(customers).where(customers.c.id == absorbed).values(merged_into=into, merge_wanted=None)
    )
    return True


def merged_as(session: Session, who: str) -> Sequence[int]:
    """The customers of our own id or the shop's id that were merged into another."""
    merged = select(customers.c.id).where(is_known_as(who), customers.c.merged_into.is_not(None))
    return session.scalars(merged.order_by(customers.c.id)).all()


def unmerge(session: Session, absorbed: int) -> bool:
    """Takes a customer out again, with the orders that were theirs; False while a message is just leaving.

    What hangs on such an order goes along, and so do campaigns that were about the customer; the rest stays.
    The two are not merged by themselves again. Raises MergeError.
    """
    root = roots_of(session, [absorbed])[absorbed]
    if root == absorbed:
        raise MergeError("this customer was not merged into another")
    if _is_in_flight(session, [absorbed, root]):
        return False
    family = _family(session, absorbed)
    bought = session.scalars(
        select(orders.c.id).where(orders.c.customer_id == root, orders.c.bought_by.in_(family))
    ).all()
    uuids = session.scalars(select(customers.c.uuid).where(customers.c.id.in_(family))).all()
    about_them = (enrolments.c.key.contains(f"/customer:{uuid}/", autoescape=True) for uuid in uuids)
    passages = session.scalars(
        select(enrolments.c.id)
        .where(enrolments.c.customer_id == root)
        .where(or_(enrolments.c.order_id.in_(bought), *about_them))
    ).all()
    session.execute(
        update(orders)
        .where(orders.c.id.in_(bought))
        .values(customer_id=absorbed, bought_by=func.nullif(orders.c.bought_by, absorbed))
    )
    for table in _OF_AN_ORDER:
        session.execute(update(table).where(table.c.order_id.in_(bought)).values(customer_id=absorbed))
    session.execute(update(enrolments).where(enrolments.c.id.in_(passages)).values(customer_id=absorbed))
    session.execute(
        update(messages).where(messages.c.enrolment_id.in_(passages)).values(customer_id=absorbed)
    )
    session.execute(
        update(customers).where(customers.c.id == absorbed).values(merged_into=None, kept_apart=True)
    )
    return True


def _is_in_flight(session: Session, ids: Sequence[int]) -> bool:
    """Asked after the revision has moved: from then on no claim can begin before this transaction ends."""
    bump(session, ids)
    sending = select(messages.c.id).where(
        messages.c.customer_id.in_(ids), messages.c.status == literal_column("'sending'")
    )
    return session.scalar(sending.limit(1)) is not None


def _family(session: Session, customer: int) -> set[int]:
    """A customer and everybody who was merged into them."""
    family, latest = {customer}, {customer}
    while latest:
        latest = set(session.scalars(select(customers.c.id).where(customers.c.merged_into.in_(latest))))
        family |= latest
    return family
