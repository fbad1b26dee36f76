"""Nothing that the daemon does at its start or in a tick reads a large table from end to end."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from paldies.outbox.doubt import resolve_doubts
from paldies.reports.summary import daily
from paldies.store.database import Database
from tests.smtp_servers import KeepingServer
from tests.whole_house import MORNING, WholeHouse, furnish

LARGE = "attempts customers consents delivery_events enrolments messages order_events order_lines orders"
SMALL_INDEXES = (  # partial ones, which hold only what is under way
    "messages_due messages_in_flight messages_waiting messages_awaited order_events_new orders_open"
    " customers_to_merge staff_tasks_open enrolments_open"
)
TEXT = "---\nsubject: Order {{ order.number }}\n---\nHello {{ customer.first_name }}.\n"
DAY = timedelta(days=1)


@pytest.fixture
def asked() -> Iterator[dict[str, Any]]:
    """Every statement that any SQLite database was asked meanwhile, with its last parameters."""
    statements: dict[str, Any] = {}

    def note(_c: Any, _u: Any, statement: str, parameters: Any, _x: Any, executemany: bool) -> None:
        if re.match(r"(SELECT|UPDATE|DELETE|INSERT|WITH)\b", statement):
            statements[statement] = parameters[0] if executemany else parameters

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


async def test_no_tick_reads_a_large_table_from_end_to_end(tmp_path: Path, asked: dict[str, Any]) -> None:
    with KeepingServer() as server:
        shop = furnish(tmp_path, smtp=server.url, text=TEXT)
        house = await WholeHouse.opened(tmp_path)
        shop.order("alice", at=MORNING + timedelta(minutes=1), lines=[("a", "A", 1, 2)])
        await house.live(days=1)
        await house.tick(after=DAY)
        database = house.app.database
        database.now(resolve_doubts, set(), now=house.clock.now())
        database.look(daily, MORNING, house.clock.now())
        sent = len(server.mails)
        ours = {
            statement: values
            for statement, values in asked.items()
            if not re.search(r"\b(sale|line|copied)\b", statement)  # those are the shop's
            # SQLite shows a search for rows that refer to a new one, which it never makes
            and not re.match(r"INSERT INTO \w+ \([^)]*\) VALUES", statement)
        }
        scans = {
            statement: scan
            for statement, values in ours.items()
            if (scan := scan_of(database, statement, values))
        }
        await house.close()

    assert sent == 1
    assert len(ours) > 50  # or nothing was judged
    assert scans == {}


def scan_of(database: Database, statement: str, values: Any) -> str:
    """The step of SQLite's plan that reads the whole of a large table; empty if there is none."""
    with database.engine.connect() as connection:
        try:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
        finally:
            connection.rollback()
    for *_, step in plan:
        if found := re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step):
            table, index = found.groups()
            if table in LARGE.split() and index not in SMALL_INDEXES.split():
                return str(step)
    return ""
