"""A marketplace's own database, into which its orders are written as they come to pass."""

import json
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from tests.marketplace import HOME, Change, Order

_SCHEMA = """
CREATE TABLE sale (
    sale_no TEXT PRIMARY KEY, state TEXT, purchased TEXT, approved TEXT, carried TEXT, delivered TEXT,
    estimated TEXT, touched TEXT, buyer TEXT, mail TEXT, name TEXT, uf TEXT, town TEXT, cep TEXT, amount TEXT,
    open_task TEXT
);
CREATE INDEX sale_touched ON sale (touched);
CREATE TABLE item (sale_no TEXT, product TEXT, title TEXT, price TEXT);
CREATE INDEX item_sale ON item (sale_no);
"""

# What the shop's developer writes once, under [[shops]].
SETTINGS = """
kind = "sql"
time_zone = "America/Sao_Paulo"
currency = "BRL"
query = '''
SELECT sale_no AS id, state AS status, amount AS total, purchased AS placed_at, approved AS paid_at,
       carried AS shipped_at, delivered AS delivered_at, estimated AS promised_at, touched AS updated_at,
       buyer AS customer_id, mail AS email, name AS first_name, 'BR' AS country, uf AS region, town AS city,
       cep AS postal_code, open_task AS todo
  FROM sale WHERE touched >= :since ORDER BY rowid
'''
lines_query = '''
SELECT sale_no AS order_id, product AS sku, title AS name, 1 AS quantity, price
  FROM item WHERE sale_no IN :order_ids
'''

[shops.status]
created = "pending"
approved = "paid"
processing = "confirmed"
invoiced = "confirmed"
canceled = "cancelled"
unavailable = "cancelled"
"""
# The columns of a file for `paldies orders import`, in the words that paldies understands.
_IMPORTED = {
    "id": "sale_no", "status": "state", "total": "amount", "placed_at": "purchased", "paid_at": "approved",
    "shipped_at": "carried", "delivered_at": "delivered", "promised_at": "estimated", "customer_id": "buyer",
    "email": "mail", "first_name": "name", "region": "uf", "city": "town", "postal_code": "cep",
}  # fmt: skip


class LivingShop:
    """Knows what will happen to its orders, and writes it down no sooner."""

    def __init__(self, path: Path, orders: Sequence[Order]) -> None:
        self.path = path
        self._away = path.with_suffix(".away")
        changes = [(change.at, order, change) for order in orders for change in order.changes]
        self._to_come = deque(sorted(changes, key=lambda each: each[0]))
        with self._open() as shop:
            shop.executescript(_SCHEMA)

    @property
    def next_change_at(self) -> datetime | None:
        return self._to_come[0][0] if self._to_come else None

    def live_until(self, now: datetime) -> None:
        """Everything that has happened by then, in the order in which it did."""
        with self._open() as shop:
            while self._to_come and self._to_come[0][0] <= now:
                _, order, change = self._to_come.popleft()
                if change is order.changes[0]:
                    _place(shop, order)
                _write(shop, order, change)

    def go_down(self) -> None:
        self.path.rename(self._away)

    def come_back(self) -> None:
        self._away.rename(self.path)

    def export(self, file: Path) -> None:
        """All orders as they are now, for an import."""
        columns = ", ".join(f"{theirs} AS {ours}" for ours, theirs in _IMPORTED.items())
        with self._open() as shop, file.open("w", encoding="utf-8") as lines:
            shop.row_factory = sqlite3.Row
            lines.writelines(
                f"{json.dumps(dict(row))}\n" for row in shop.execute(f"SELECT {columns} FROM sale")
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one change, so that the file is whole and at rest in between."""
        with closing(sqlite3.connect(self.path)) as shop, shop:
            shop.execute("PRAGMA synchronous = OFF")
            yield shop


def _place(shop: sqlite3.Connection, order: Order) -> None:
    shop.execute(
        "INSERT INTO sale (sale_no, purchased, estimated, buyer, mail, name, uf, town, cep, amount)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (order.id, _wall(order.placed_at), order.promised_at and _wall(order.promised_at)[:10],
         order.customer_id, order.email or None, order.first_name or None, order.state, order.city,
         order.postal_code, order.total),
    )  # fmt: skip
    shop.executemany("INSERT INTO item VALUES (?, ?, ?, ?)", [(order.id, *line) for line in order.lines])


def _write(shop: sqlite3.Connection, order: Order, change: Change) -> None:
    values = {"touched": _wall(change.at)}
    if change.status:
        values["state"] = change.status
    if change.says:
        values[change.column] = _wall(change.says)
    if change.todo is not None:
        values["open_task"] = change.todo
    told = ", ".join(f"{column} = :{column}" for column in values)
    shop.execute(f"UPDATE sale SET {told} WHERE sale_no = :id", {**values, "id": order.id})


def _wall(at: datetime) -> str:
    """As the shop writes times: on the clock of its wall, without a zone."""
    return at.astimezone(HOME).strftime("%Y-%m-%d %H:%M:%S")
