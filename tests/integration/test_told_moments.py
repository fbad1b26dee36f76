"""A past that is told in one go: every change is dealt with as of its own moment."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from paldies.campaigns.words import OrderStatus
from paldies.orders.snapshot import Snapshot
from paldies.orders.told import Told
from paldies.orders.watcher import Watcher
from paldies.outbox.planning import plan_new_events
from paldies.store import schema
from paldies.store.database import Database
from tests.factories import NOON, RIGA
from tests.fakes import FakeShop
from tests.rows import plans, publish_campaign

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
_SEEN_FROM_OUTSIDE = {
    "orders": "external_id status placed_at paid_at first_seen_at email is_open",
    "order_events": "kind ordinal happened_at first_seen_at not_before is_history planned_at",
    "enrolments": "key event_at state reason created_at ended_at",
    "messages": "key send_at status reason created_at ended_at",
    "customers": "uuid first_name email created_at",
    "consents": "address channel purpose granted_at withdrawn_at",
}


@pytest.fixture
def sqlite_twin(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """A second database, to compare with."""
    with closing(Database(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'twin.db')}")) as twin:
        yield twin


def told(number: str, at: datetime, **changes: Any) -> Told:
    values: dict[str, Any] = {
        "id": number, "status": OrderStatus.CONFIRMED, "currency": "EUR", "total": 5990, "country": "LV",
        "placed_at": at, "confirmed_at": at, "email": f"{number}@example.com", "first_name": "Alice",
        "accepts_email": True,
    }  # fmt: skip
    return Told(Snapshot(**values | changes), at)


def cancelled(number: str, at: datetime, **changes: Any) -> Told:
    return told(number, at, status=OrderStatus.CANCELLED, cancelled_at=at, **changes)


def a_watcher(database: Database) -> Watcher:
    """Of a shop that was empty when it was read first, an hour ago."""
    watcher = Watcher(database, FakeShop(), home_zone=RIGA)
    watcher.watch(NOON - HOUR)
    return watcher


def plan(database: Database, now: datetime, *, at_first_sight: bool = False) -> None:
    known = plans()
    while database.now(plan_new_events, known, RIGA, now=now, at_first_sight=at_first_sight).events:
        pass


def left_behind(database: Database) -> dict[str, Sequence[Any]]:
    """Rows by table, each table in the order of its first columns."""
    found: dict[str, Sequence[Any]] = {}
    for table, names in _SEEN_FROM_OUTSIDE.items():
        columns = [getattr(schema, table).c[name] for name in names.split()]
        rows = database.look(lambda session, wanted: session.execute(wanted).all(), select(*columns))
        found[table] = sorted(rows, key=str)
    return found


def test_each_order_is_dated_by_the_moment_at_which_it_was_told(database: Database) -> None:
    watcher = a_watcher(database)
    database.now(publish_campaign)

    watcher.take([told("alice", NOON), told("boris", NOON + MINUTE), told("carla", NOON + HOUR)])
    plan(database, NOON + 2 * HOUR, at_first_sight=True)

    found = left_behind(database)
    moments = [NOON, NOON + MINUTE, NOON + HOUR]
    assert [row[4] for row in found["orders"]] == moments
    assert [row[4] for row in found["enrolments"]] == moments
    assert [row[4] for row in found["messages"]] == [at for at in moments for _ in range(2)]


def test_two_tellings_of_one_order_are_taken_in_turn_each_at_its_moment(database: Database) -> None:
    watcher = a_watcher(database)
    paid_at = NOON + HOUR

    watcher.take([told("alice", NOON), Told(told("alice", NOON, paid_at=paid_at).snapshot, paid_at)])

    seen = [(row[0], row[3]) for row in left_behind(database)["order_events"]]
    assert seen == [("order.confirmed", NOON), ("order.paid", paid_at), ("order.placed", NOON)]


def test_what_lies_ahead_of_its_own_telling_has_not_happened_yet(database: Database) -> None:
    watcher = a_watcher(database)

    watcher.take([told("alice", NOON, shipped_at=NOON + 5 * HOUR), told("boris", NOON + 6 * HOUR)])

    assert "order.shipped" not in {row[0] for row in left_behind(database)["order_events"]}


def test_a_past_told_in_pieces_comes_to_what_a_look_at_each_moment_comes_to(
    database: Database, sqlite_twin: Database
) -> None:
    past = [
        told("1", NOON, email="alice@example.com"),
        told("2", NOON + MINUTE, email="boris@example.com"),
        told("3", NOON + HOUR, email="Alice@example.com"),  # joins the first
        told("4", NOON + HOUR, email="carla@example.com", status=OrderStatus.PENDING, confirmed_at=None),
        cancelled("1", NOON + 2 * HOUR, placed_at=NOON, confirmed_at=NOON, email="alice@example.com"),
        told("4", NOON + 3 * HOUR, email="carla@example.com", placed_at=NOON + HOUR),
    ]
    for each in (database, sqlite_twin):
        each.now(publish_campaign)
    at_once, in_turn = a_watcher(database), a_watcher(sqlite_twin)

    for piece in (past[:2], past[2:4], past[4:]):  # none tells of anybody twice
        at_once.take(piece)
        plan(database, past[-1].at, at_first_sight=True)
    for one in past:
        in_turn.take([one])
        plan(sqlite_twin, one.at)

    assert left_behind(database) == left_behind(sqlite_twin)
