"""Orders taken in, and planned into five messages each; beside it a bare INSERT … SELECT of the same rows.

Usage: python -m tests.benchmarks.planning [ORDERS]; 10,000 if nothing is said.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Table, insert, select
from sqlalchemy.sql import quoted_name
from sqlmodel import SQLModel

from paldies import logs
from paldies.campaigns.reading import parse
from paldies.campaigns.words import OrderStatus
from paldies.channels import TRAITS
from paldies.orders.shops.base import Page
from paldies.orders.snapshot import Snapshot, SnapshotLine
from paldies.orders.watcher import Watcher
from paldies.outbox.planning import plan_new_events
from paldies.outbox.plans import Draft, Plans, publish
from paldies.store import migrations
from paldies.store.database import Database
from paldies.store.schema import enrolments, messages
from tests.postgres import NoServer, postgres

T = TypeVar("T")

HOME = "Europe/Riga"
BEGIN = datetime(2026, 3, 2, 6, tzinfo=UTC)
STEPS = {"1_at_once": "20m", "2_next_day": "16h", "3_soon": "3d", "4_later": "7d", "5_last": "14d"}
TAKEN_IN = 3_000  # orders: enough for a rate
ASKED = 3_000  # orders, of whom it is asked whether they are meant
_PAGE = 500

# Confirmed orders, made in the database: to take in a million takes longer than to plan it.
_SERIES = {
    "sqlite": "WITH RECURSIVE series(n) AS"
    " (SELECT {first} UNION ALL SELECT n + 1 FROM series WHERE n < {last})",
    "postgresql": "WITH series AS (SELECT generate_series({first}, {last}) AS n)",
}
_FILL = (
    """
    INSERT INTO customers (id, uuid, first_name, last_name, email, phone, locale, stage, created_at, revision,
        kept_apart)
    {series}
    SELECT n, '00000000-0000-5000-8000-' || (100000000000 + n), 'Alice', 'Ozola',
        'buyer' || n || '@example.com', '', 'lv', 'new', '{at}', 0, FALSE FROM series
    """,
    """
    INSERT INTO orders (id, shop, external_id, number, customer_id, status, currency, total, refunded_total,
        placed_at, payment_method, tags, todo, email, phone, contact_problem, first_name, last_name, company,
        locale, country, region, city, postal_code, address, zones, sha, first_seen_at, is_open)
    {series}
    SELECT n, 'store', 'A' || n, 'A' || n, n, 'paid', 'EUR', 5990, 0,
        '{at}', '', '[]', '', 'buyer' || n || '@example.com', '', '', 'Alice', 'Ozola', '',
        'lv', 'LV', '', 'Riga', '', '', '["Europe/Riga"]', '', '{at}', TRUE FROM series
    """,
    """
    INSERT INTO order_events (order_id, kind, ordinal, happened_at, first_seen_at, is_history, amount)
    {series}
    SELECT n, 'order.' || kind, 1, '{at}', '{at}', FALSE, 0
    FROM series CROSS JOIN (SELECT 'placed' AS kind UNION ALL SELECT 'confirmed') AS kinds
    """,
)


def main(orders: int) -> None:
    with tempfile.TemporaryDirectory(prefix="paldies-bench-") as name:
        _measure(f"sqlite:///{Path(name) / 'paldies.db'}", orders)
    try:
        with postgres() as server:
            _measure(server.url, orders)
    except NoServer as why:
        print(f"PostgreSQL: {why}")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock, and of this process's own work: a server's are not among them."""

    clock: float = 0.0
    work: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.clock + other.clock, self.work + other.work)


def _measure(url: str, orders: int) -> None:
    with closing(Database(url)) as database:
        migrations.upgrade(database)
        print(f"{'SQLite' if database.is_sqlite else 'PostgreSQL'}:")
        print(f"  taken in: {_each(_take_in(database), TAKEN_IN, 'order')}")
        plan_all(database)
        publish_five(database, "")
        fill(database, TAKEN_IN + 1, TAKEN_IN + orders)
        planned, longest = plan_all(database)
        rows = orders * len(STEPS)
        print(
            f"  planned: {_each(planned, rows, 'message')}; a transaction of {longest * 1000:.0f} ms at most"
        )
        bare = _bare(database, messages)
        print(f"  bare INSERT … SELECT of the same messages: {_each(bare, rows, 'message')}")
        both = bare + _bare(database, enrolments)
        _print_ratios(planned, bare, both)
        publish_five(database, "order.total >= 20 and customer.order_count == 1")
        fill(database, TAKEN_IN + orders + 1, TAKEN_IN + orders + ASKED)
        asked, _ = plan_all(database)
        print(f"  without `who`: {_each(planned, orders, 'order')}")
        print(f"  with `who`:    {_each(asked, ASKED, 'order')}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  {peak:.0f} MB at most")


def _print_ratios(planned: Spent, bare: Spent, both: Spent) -> None:
    print(f"  planning reaches {bare.clock / planned.clock:.2f} of that by the clock", end="")
    print(f" ({bare.work / planned.work:.2f} by processor time), and of one that")
    print(f"  writes the enrolments, too, {both.clock / planned.clock:.2f} ({both.work / planned.work:.2f})")


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
    taken, spent = _timed(lambda: watcher.watch(BEGIN + timedelta(minutes=2)))
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


def publish_five(database: Database, who: str) -> None:
    steps = [
        f'[[steps]]\nname = "{name}"\nafter = "{after}"\nchannels = ["email"]\npurpose = "service"\n'
        for name, after in STEPS.items()
    ]
    stop_on = '["order.cancelled", "order.refunded"]'
    source = "\n".join(
        [f'title = "Five"\ntrigger = "order.confirmed"\nstop_on = {stop_on}\nwho = "{who}"\n', *steps]
    )
    campaign = parse(source, file="five/campaign.toml", name="five", channels=TRAITS)
    database.now(publish, Draft(campaign, source), BEGIN + timedelta(minutes=5))


def fill(database: Database, first: int, last: int) -> None:
    dialect = database.engine.dialect.name
    series = _SERIES[dialect].format(first=first, last=last)
    at = f"{BEGIN + timedelta(minutes=10):%Y-%m-%d %H:%M:%S.%f}" + ("" if dialect == "sqlite" else "+00")
    with database.engine.begin() as connection:
        for statement in _FILL:
            connection.exec_driver_sql(statement.format(series=series, at=at))


def plan_all(database: Database) -> tuple[Spent, float]:
    """Altogether, and the seconds of the longest transaction."""
    plans, longest, altogether = Plans(TRAITS), 0.0, Spent()
    while True:
        planned, spent = _timed(
            lambda: database.now(plan_new_events, plans, HOME, now=BEGIN + timedelta(minutes=11))
        )
        altogether, longest = altogether + spent, max(longest, spent.clock)
        if not planned.events:
            return altogether, longest


def _bare(database: Database, table: Table) -> Spent:
    """Into a table with the same constraints and indexes."""
    twin = table.to_metadata(SQLModel.metadata, name=f"bare_{table.name}_{database.engine.dialect.name}")
    for index in twin.indexes:
        index.name = quoted_name(f"bare_{index.name}", quote=False)
    with database.engine.begin() as connection:
        twin.create(connection)
    copy = insert(twin).from_select(list(table.c.keys()), select(table).order_by(table.c.id))
    _, spent = _timed(lambda: database.now(lambda session: session.execute(copy)))
    return spent


def _timed(f: Callable[[], T]) -> tuple[T, Spent]:
    clock, work = time.perf_counter(), time.process_time()
    result = f()
    return result, Spent(time.perf_counter() - clock, time.process_time() - work)


def _each(spent: Spent, count: int, what: str) -> str:
    each = spent.clock / count * 1e6
    return (
        f"{count / spent.clock:,.0f} {what}s/s, {each:.1f} µs each ({spent.work / count * 1e6:.1f} of work)"
    )


if __name__ == "__main__":
    logs.configure(level=40)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
