"""The made-up shop's own database, with a schema that is nobody's but its own."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from paldies.demo.story.cast import Person
from paldies.demo.story.deeds import Deed, Order, What
from paldies.demo.story.places import HOME

_SCHEMA = """
CREATE TABLE customer (
    id INTEGER PRIMARY KEY, name TEXT, surname TEXT, mail TEXT UNIQUE, phone TEXT,
    lang TEXT, country TEXT, region TEXT, city TEXT, may_ring INTEGER, may_text INTEGER, said_so TEXT
);
CREATE TABLE sales_order (
    id INTEGER PRIMARY KEY, code TEXT, customer INTEGER REFERENCES customer (id), state TEXT,
    sum_cents INTEGER, returned_cents INTEGER DEFAULT 0, pays_by TEXT, ordered TEXT, paid TEXT, sent TEXT,
    handed_over TEXT, called_off TEXT, money_back TEXT, promised TEXT, waits_for TEXT,
    waits_until TEXT, touched TEXT
);
CREATE TABLE order_item (
    sales_order INTEGER REFERENCES sales_order (id), article TEXT, title TEXT, pieces INTEGER,
    each_cents INTEGER
);
"""

# What the shop's developer writes once, into paldies.toml.
QUERY = """
SELECT o.id, o.code AS number, o.state AS status, 'EUR' AS currency,
       o.sum_cents AS total, o.returned_cents AS refunded_total, o.pays_by AS payment_method,
       o.ordered AS placed_at, o.paid AS paid_at, o.sent AS shipped_at, o.handed_over AS delivered_at,
       o.called_off AS cancelled_at, o.money_back AS refunded_at, o.promised AS promised_at,
       o.waits_for AS todo, o.waits_until AS todo_by, o.touched AS updated_at,
       c.id AS customer_id, c.mail AS email, c.phone, c.name AS first_name, c.surname AS last_name,
       c.lang AS locale, c.country, c.region, c.city,
       c.may_ring AS accepts_call, c.may_text AS accepts_sms, c.said_so AS consent_at
  FROM sales_order o JOIN customer c ON c.id = o.customer
 WHERE o.touched >= :since
 ORDER BY o.id
"""
LINES_QUERY = """
SELECT sales_order AS order_id, article AS sku, title AS name, pieces AS quantity, each_cents AS price
  FROM order_item WHERE sales_order IN :order_ids
"""
# The shop's words for an order's state, and what they mean to us.
STATES = {
    "jauns": "pending",
    "pieņemts": "confirmed",
    "apmaksāts": "paid",
    "nosūtīts": "shipped",
    "piegādāts": "delivered",
    "atcelts": "cancelled",
    "atmaksāts": "refunded",
    "daļēji atmaksāts": "part_refunded",
}
_CHANGES = {
    What.PAID: "state = 'apmaksāts', paid = :at",
    What.DONE: "waits_for = NULL, waits_until = NULL",
    What.SENT: "state = 'nosūtīts', sent = :at",
    What.HANDED_OVER: "state = 'piegādāts', handed_over = :at",
    What.CANCELLED: "state = 'atcelts', called_off = :at",
    What.REFUNDED: "state = 'atmaksāts', money_back = :at, returned_cents = sum_cents",
    What.PART_REFUNDED: "state = 'daļēji atmaksāts', money_back = :at, returned_cents = sum_cents / 4",
}


class SampleShop:
    """Does the story's deeds; paldies reads the file like any other shop's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._away = path.with_suffix(".away")
        with self._open() as shop:
            shop.executescript(_SCHEMA)

    def happen(self, deeds: Iterable[Deed]) -> None:
        for deed in deeds:
            match deed.what, deed.order:
                case What.SHOP_DOWN, _:
                    self.path.rename(self._away)
                case What.SHOP_UP, _:
                    self._away.rename(self.path)
                case What.PLACED, Order() as order:
                    self._place(order, _local(deed.at))
                case what, Order() as order:
                    self._change(order, _CHANGES[what], at=deed.booked_at or deed.at, touched=deed.at)

    def _place(self, order: Order, at: str) -> None:
        with self._open() as shop:
            customer = self._customer(shop, order.person, at)
            state = "jauns" if order.payment.is_in_advance else "pieņemts"
            todo_by = _local(order.todo_by) if order.todo_by else None
            shop.execute(
                "INSERT INTO sales_order (id, code, customer, state, sum_cents, pays_by, ordered, promised,"
                " waits_for, waits_until, touched) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (order.id, order.code, customer, state, order.cents, order.payment, at,
                 _local(order.promised_at)[:10], order.todo or None, todo_by, at),
            )  # fmt: skip
            shop.executemany(
                "INSERT INTO order_item VALUES (?, ?, ?, ?, ?)",
                [
                    (order.id, article.code, article.titles[order.person.language], pieces, article.cents)
                    for article, pieces in order.basket
                ],
            )

    def _customer(self, shop: sqlite3.Connection, person: Person, at: str) -> int:
        """Who orders for the first time is asked whether they may be rung up, and sent texts."""
        found = shop.execute("SELECT id FROM customer WHERE mail = ?", (person.email,)).fetchone()
        if found:
            return int(found[0])
        place = person.place
        made = shop.execute(
            "INSERT INTO customer (name, surname, mail, phone, lang, country, region, city, may_ring,"
            " may_text, said_so) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (person.first_name, person.last_name, person.email or None, person.phone or None,
             person.language, place.country, place.region, place.city, "call" in person.agreed_to,
             "sms" in person.agreed_to, at),
        )  # fmt: skip
        return int(made.lastrowid or 0)

    def _change(self, order: Order, change: str, *, at: datetime, touched: datetime) -> None:
        with self._open() as shop:
            shop.execute(
                f"UPDATE sales_order SET {change}, touched = :touched WHERE id = :id",  # noqa: S608 - our own
                {"at": _local(at), "touched": _local(touched), "id": order.id},
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one change, so that the file is whole and at rest in between."""
        with closing(sqlite3.connect(self.path, timeout=10)) as shop, shop:
            shop.execute("PRAGMA synchronous = OFF")  # props need not outlive a power cut
            yield shop


def _local(at: datetime) -> str:
    """As the shop writes times: on the clock of its wall, without a zone."""
    return at.astimezone(HOME).strftime("%Y-%m-%d %H:%M:%S")
