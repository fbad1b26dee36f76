"""People who were forgotten: never known again but by salted hashes, and never written to."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ScalarSelect, bindparam, delete, exists, insert, literal, select
from sqlalchemy.orm import Session

from paldies.store import installation
from paldies.store.questions import Question
from paldies.store.schema import forgotten_marks, forgotten_orders, instance
from paldies.store.seals import sealed

# Made once: asking takes less time than putting the question into words. Most houses have forgotten nobody.
_SALT = Question(select(instance.c.salt).where(exists(select(literal(1)).select_from(forgotten_marks))))
_MARKED = select(forgotten_marks.c.mark).where(forgotten_marks.c.mark.in_(bindparam("marks", expanding=True)))
_BURIED = select(forgotten_orders.c.external_id).where(
    forgotten_orders.c.shop == bindparam("of_shop"),
    forgotten_orders.c.external_id.in_(bindparam("ids", expanding=True)),
)


def forgotten_addresses(session: Session, addresses: Collection[str]) -> set[str]:
    """Those, normalised or E.164, of people who were forgotten."""
    return _known(session, {address: ("address", address) for address in addresses})


def forgotten_accounts(session: Session, shop: str, accounts: Collection[str]) -> set[str]:
    """The same for what a shop calls its customers."""
    return _known(session, {account: ("account", shop, account) for account in accounts})


def forgotten_orders_among(session: Session, shop: str, order_ids: Collection[str]) -> set[str]:
    """Orders, by the shop's ids, that are not taken in again."""
    return set(session.scalars(_BURIED, {"of_shop": shop, "ids": list(order_ids)}))


def is_buried(session: Session, order_id: str) -> bool:
    """Whether it is the shop's id of an order that is not taken in again."""
    one = select(forgotten_orders.c.shop).where(forgotten_orders.c.external_id == order_id.strip())
    return session.scalar(one.limit(1)) is not None


def bury(session: Session, shop: str, order_ids: Iterable[str], *, now: datetime) -> None:
    """Lets whatever the shop says of these orders from now on count for nothing."""
    wanted = set(order_ids)
    rows = [
        {"shop": shop, "external_id": order_id, "forgotten_at": now}
        for order_id in sorted(wanted - forgotten_orders_among(session, shop, wanted))
    ]
    if rows:
        session.execute(insert(forgotten_orders), rows)


def mark(
    session: Session, addresses: Iterable[str], accounts: Iterable[tuple[str, str]], *, now: datetime
) -> None:
    """Has somebody never written to again, with `accounts` as (shop, the shop's id)."""
    salt, person = installation.salt(session), str(uuid4())
    marks = {_mark(salt, ("address", address)) for address in addresses}
    marks |= {_mark(salt, ("account", *account)) for account in accounts}
    there = set(session.scalars(_MARKED, {"marks": list(marks)}))
    rows = [{"mark": one, "person": person, "forgotten_at": now} for one in sorted(marks - there)]
    if rows:
        session.execute(insert(forgotten_marks), rows)


def unmark(session: Session, address: str) -> bool:
    """Whether this was somebody forgotten, who may be known and written to again from now on."""
    own = _mark(installation.salt(session), ("address", address))
    person: ScalarSelect[str] = (
        select(forgotten_marks.c.person).where(forgotten_marks.c.mark == own).scalar_subquery()
    )
    gone = session.scalars(
        delete(forgotten_marks).where(forgotten_marks.c.person == person).returning(forgotten_marks.c.mark)
    )
    return bool(gone.all())


def _known(session: Session, things: dict[str, tuple[str, ...]]) -> set[str]:
    salts = _SALT.ask(session) if things else []
    if not salts:
        return set()
    salt = bytes.fromhex(salts[0].salt)
    marks = {_mark(salt, parts): thing for thing, parts in things.items()}
    return {marks[one] for one in session.scalars(_MARKED, {"marks": list(marks)})}


def _mark(salt: bytes, parts: tuple[str, ...]) -> str:
    """HMAC-SHA-256: without the salt nobody can try out addresses; NUL stands in none of the parts."""
    return sealed("\0".join(parts).encode(), salt).hex()
