"""Any number of confirmed orders, and a campaign that plans each of them into five messages."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from paldies.campaigns.reading import parse
from paldies.channels import TRAITS
from paldies.outbox.planning import plan_new_events
from paldies.outbox.plans import Draft, Plans, publish
from paldies.store.database import Database

T = TypeVar("T")

HOME = "Europe/Riga"
BEGIN = datetime(2026, 3, 2, 6, tzinfo=UTC)
STEPS = {"1_at_once": "20m", "2_next_day": "16h", "3_soon": "3d", "4_later": "7d", "5_last": "14d"}
NAME = "five"

# Made in the database: to take in a million takes longer than to plan it.
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


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock, and of this process's own work: a server's are not among them."""

    clock: float = 0.0
    work: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.clock + other.clock, self.work + other.work)


def source(who: str = "") -> str:
    """Of its campaign.toml."""
    steps = [
        f'[[steps]]\nname = "{name}"\nafter = "{after}"\nchannels = ["email"]\npurpose = "service"\n'
        for name, after in STEPS.items()
    ]
    stop_on = '["order.cancelled", "order.refunded"]'
    return "\n".join(
        [f'title = "Five"\ntrigger = "order.confirmed"\nstop_on = {stop_on}\nwho = "{who}"\n', *steps]
    )


def publish_five(database: Database, who: str = "") -> None:
    text = source(who)
    campaign = parse(text, file=f"{NAME}/campaign.toml", name=NAME, channels=TRAITS)
    database.now(publish, Draft(campaign, text), BEGIN + timedelta(minutes=5))


def fill(database: Database, first: int, last: int) -> None:
    dialect = database.engine.dialect.name
    series = _SERIES[dialect].format(first=first, last=last)
    at = written(BEGIN + timedelta(minutes=10), database)
    with database.engine.begin() as connection:
        for statement in _FILL:
            connection.exec_driver_sql(statement.format(series=series, at=at))


def written(moment: datetime, database: Database) -> str:
    """As its columns have it."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}" + ("" if database.is_sqlite else "+00")


def plan_all(database: Database) -> tuple[Spent, float]:
    """Altogether, and the seconds of the longest transaction."""
    plans, longest, altogether = Plans(TRAITS), 0.0, Spent()
    while True:
        planned, spent = timed(
            lambda: database.now(plan_new_events, plans, HOME, now=BEGIN + timedelta(minutes=11))
        )
        altogether, longest = altogether + spent, max(longest, spent.clock)
        if not planned.events:
            return altogether, longest


def timed(f: Callable[[], T]) -> tuple[T, Spent]:
    clock, work = time.perf_counter(), time.process_time()
    result = f()
    return result, Spent(time.perf_counter() - clock, time.process_time() - work)
