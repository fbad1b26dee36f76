"""Everything that staff may want to know about one customer, read in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session

from paldies.customers.addresses import AddressError, email_address
from paldies.customers.identity import is_known_as, roots_of
from paldies.customers.revision import customers_using
from paldies.store.schema import cases, consents, customer_identities, customers, orders, suppressions


@dataclass(frozen=True, slots=True)
class Card:
    """One customer; rows are those of the tables, as mappings."""

    customer: dict[str, Any]
    known_as: list[dict[str, Any]]
    was: Sequence[str]  # our ids of those who were merged into them
    addresses: list[str]
    consents: list[dict[str, Any]]
    suppressions: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    orders: list[dict[str, Any]]


def card_of(session: Session, who: str) -> Card | None:
    """By e-mail address, our own id, or the shop's id of the customer."""
    ids = roots_of(session, _ids(session, who))
    if not ids:
        return None
    one = min(ids.values())
    person = session.execute(select(customers).where(customers.c.id == one)).mappings().one()
    bought = _rows(session, orders, orders.c.customer_id == one)
    used = {person["email"], person["phone"]}.union(*({row["email"], row["phone"]} for row in bought)) - {""}
    return Card(
        customer={key: person[key] for key in ("uuid", "first_name", "last_name", "locale", "stage")},
        known_as=[
            {"shop": row["shop"], "id": row["external_id"]}
            for row in _rows(session, customer_identities, customer_identities.c.customer_id == one)
        ],
        was=session.scalars(
            select(customers.c.uuid).where(customers.c.merged_into == one).order_by(customers.c.id)
        ).all(),
        addresses=sorted(used),
        consents=_rows(session, consents, consents.c.address.in_(used)),
        suppressions=_rows(session, suppressions, suppressions.c.address.in_(used)),
        cases=_rows(session, cases, cases.c.customer_id == one),
        orders=[
            {key: row[key] for key in ("shop", "external_id", "number", "status", "placed_at")}
            for row in bought
        ],
    )


def _ids(session: Session, who: str) -> set[int]:
    try:
        return customers_using(session, [email_address(who)])
    except AddressError:
        pass
    by_phone = select(orders.c.customer_id).where(orders.c.phone == who)
    wanted = or_(is_known_as(who), customers.c.id.in_(by_phone))
    return set(session.scalars(select(customers.c.id).where(wanted)))


def _rows(session: Session, rows: Table, condition: Any) -> list[dict[str, Any]]:
    found = session.execute(select(rows).where(condition).order_by(rows.c.id))
    return [
        {key: value for key, value in row.items() if key not in ("id", "customer_id")}
        for row in found.mappings()
    ]
