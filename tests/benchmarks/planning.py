"""Orders taken in, and planned into five messages each; beside it a bare INSERT … SELECT of the same rows.

Usage: python -m tests.benchmarks.planning [ORDERS]; 10,000 if nothing is said.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.sql import quoted_name
from sqlmodel import SQLModel

from paldies import logs
from paldies.campaigns.words import OrderStatus
from paldies.orders.importer import import_file
from paldies.orders.shops.base import Page
from paldies.orders.shops.reading import Reading
from paldies.orders.snapshot import Snapshot, SnapshotLine
from paldies.orders.watcher import Watcher
from paldies.store import migrations
from paldies.store.database import Database
from paldies.store.schema import enrolments, messages
from tests.benchmarks.answers import Answer, Found, Target, table
from tests.benchmarks.five_steps import BEGIN, HOME, STEPS, Spent, fill, plan_all, publish_five, timed
from tests.benchmarks.memory import peak_megabytes
from tests.benchmarks.sizes import Size
from tests.postgres import NoServer, postgres

TITLE = "Taking in, and planning"
TAKEN_IN = 3_000  # orders: enough for a rate
ASKED = 3_000  # orders, of whom it is asked whether they are meant
_PAGE = 500


_COLUMNS = "id,status,total,currency,placed_at,email,first_name,locale,country,city"
_ROW = "H{n},delivered,59.90,EUR,2026-01-{day:02d}T10:00:00+02:00,buyer-h{n}@example.com,Alice,lv,LV,Riga"
_BEFORE = 2 * TAKEN_IN  # orders that are there already when others are planned
_TEXT = """
**Taken in** are orders of one line each, read from a shop that answers at once, and stored with their
customers, consents and events; **imported** are orders of the past from a CSV file. **Planned** are
{orders:,} confirmed orders into five messages each, as the daemon does it, in transactions short enough to
let others in between (the longest is in the table); *bare* is one `INSERT … SELECT` of the very same rows
into a table with the same constraints and indexes, and *both* one of the enrolments as well, which planning
writes, too. With a `who` in the campaign each order is asked before.

{table}
"""

_SHOWN = {
    "taken in, orders": "taken in",
    "imported, orders": "imported",
    "planned, messages": "planned",
    "bare, messages": "bare",
    "planned without `who`, orders": "orders without who",
    "planned with `who`, orders": "orders with who",
}


def ask(size: Size) -> Found:
    return measure(size.of(3_000, 50_000, 1_000_000))


def measure(orders: int) -> Found:
    found: Found = {"orders": orders}
    with tempfile.TemporaryDirectory(prefix="paldies-bench-") as name:
        found["SQLite"] = _measure(f"sqlite:///{Path(name) / 'paldies.db'}", orders)
    try:
        with postgres(is_durable=True) as server:
            found["PostgreSQL"] = _measure(server.url, orders)
    except NoServer as why:
        print(f"PostgreSQL: {why}")
    return found


def _measure(url: str, orders: int) -> Found:
    """Of each, how many a second, and the microseconds of this process's work for one."""
    with closing(Database(url)) as database:
        migrations.upgrade(database)
        print(f"{'SQLite' if database.is_sqlite else 'PostgreSQL'}:")
        found: Found = {}
        _note(found, "taken in", _take_in(database), TAKEN_IN, "order")
        _note(found, "imported", _import(database), TAKEN_IN, "order")
        plan_all(database)
        publish_five(database)
        fill(database, _BEFORE + 1, _BEFORE + orders)
        planned, found["longest"] = plan_all(database)
        rows = orders * len(STEPS)
        _note(found, "planned", planned, rows, "message")
        bare = _bare(database, messages)
        _note(found, "bare", bare, rows, "message")
        both = bare + _bare(database, enrolments)
        found |= {"of_bare": bare.clock / planned.clock, "of_both": both.clock / planned.clock}
        print(f"  planning reaches {found['of_bare']:.2f} of bare, {found['of_both']:.2f} with enrolments")
        publish_five(database, "order.total >= 20 and customer.order_count == 1")
        fill(database, _BEFORE + orders + 1, _BEFORE + orders + ASKED)
        asked, _ = plan_all(database)
        _note(found, "orders without who", planned, orders, "order")
        _note(found, "orders with who", asked, ASKED, "order")
        found["megabytes"] = peak_megabytes()
        return found


def _note(found: Found, what: str, spent: Spent, count: int, unit: str) -> None:
    found[what] = {"rate": count / spent.clock, "work": spent.work / count * 1e6}
    print(f"  {what}: {count / spent.clock:,.0f} {unit}s/s", flush=True)


def _import(database: Database) -> Spent:
    with tempfile.TemporaryDirectory(prefix="paldies-bench-") as name:
        file = Path(name) / "orders.csv"
        rows = (_ROW.format(n=n, day=n % 28 + 1) for n in range(TAKEN_IN))
        file.write_text("\n".join([_COLUMNS, *rows]) + "\n", encoding="utf-8")
        reading = Reading.of("store", time_zone=HOME)
        imported, spent = timed(lambda: import_file(database, file, reading, now=BEGIN))
    assert imported.added == TAKEN_IN
    return spent


class _Shop:
    """Tells all its orders at once, five hundred a page."""

    name = "store"

    def __init__(self, snapshots: Sequence[Snapshot]) -> None:
        self._snapshots = snapshots

    def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
        for first in range(0, len(self._snapshots), _PAGE):
            yield Page(self._snapshots[first : first + _PAGE])

    def rescan(self, open_order_ids: Sequence[str]) -> Iterator[Page]:
        return iter(())

    def inspect(self) -> Sequence[Any]:
        return ()

    def close(self) -> None: ...


def _take_in(database: Database) -> Spent:
    Watcher(database, _Shop([]), home_zone=HOME).watch(BEGIN)
    watcher = Watcher(database, _Shop([_order(number) for number in range(1, TAKEN_IN + 1)]), home_zone=HOME)
    taken, spent = timed(lambda: watcher.watch(BEGIN + timedelta(minutes=2)))
    assert taken.orders_new == TAKEN_IN
    return spent


def _order(number: int) -> Snapshot:
    return Snapshot(
        id=f"A{number}",
        status=OrderStatus.PAID,
        currency="EUR",
        total=5990,
        placed_at=BEGIN + timedelta(minutes=1),
        email=f"Buyer{number}@example.com",
        phone=f"+371 2{number:07d}",
        first_name="Alice",
        locale="lv",
        country="LV",
        city="Riga",
        accepts_email=True,
        lines=(SnapshotLine("TK-04", "Linen tea towel", Decimal(2), 2995),),
    )


def _bare(database: Database, table: Table) -> Spent:
    """Into a table with the same constraints and indexes."""
    twin = table.to_metadata(SQLModel.metadata, name=f"bare_{table.name}_{database.engine.dialect.name}")
    for index in twin.indexes:
        index.name = quoted_name(f"bare_{index.name}", quote=False)
    with database.engine.begin() as connection:
        twin.create(connection)
    copy = insert(twin).from_select(list(table.c.keys()), select(table).order_by(table.c.id))
    _, spent = timed(lambda: database.now(lambda session: session.execute(copy)))
    return spent


def tell(found: Found) -> Answer:
    kept = {name: each for name, each in found.items() if name != "orders"}
    rows = [
        (what, *(f"{each[key]['rate']:,.0f}/s" for each in kept.values())) for what, key in _SHOWN.items()
    ]
    rows += [
        ("planning, of bare", *(f"{each['of_bare']:.0%}" for each in kept.values())),
        ("planning, of both", *(f"{each['of_both']:.0%}" for each in kept.values())),
        ("the longest transaction", *(f"{each['longest'] * 1000:.0f} ms" for each in kept.values())),
    ]
    targets = [
        Target(
            f"{name}: planning into {found['orders'] * len(STEPS):,} messages, of a bare `INSERT … SELECT`",
            "≥ 25%", f"{each['of_bare']:.0%}", each["of_bare"] >= 0.25,
        )
        for name, each in kept.items()
    ]  # fmt: skip
    text = _TEXT.format(orders=found["orders"], table=table(("", *kept), rows))
    figures = {
        f"{short}-{what.replace(' ', '-')}": f"{found[name][what]['rate']:,.0f}"
        for short, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL"))
        if name in kept
        for what in ("taken in", "planned")
    }
    return Answer(text, {}, targets, figures)


if __name__ == "__main__":
    logs.configure(level=40)
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
