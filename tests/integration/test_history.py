"""What happened before the shop was first read starts nothing."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from paldies.campaigns.words import OrderStatus
from paldies.orders.importer import import_file
from paldies.orders.shops.base import ShopError
from paldies.orders.shops.reading import Reading
from paldies.orders.snapshot import Snapshot
from paldies.orders.watcher import Watcher
from paldies.store import schema
from paldies.store.database import Database
from tests.factories import NOON, RIGA
from tests.fakes import FakeShop

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def snapshot(**changes: Any) -> Snapshot:
    """Boris's order of yesterday."""
    return Snapshot(**{"id": "1001", "placed_at": NOON - DAY, "email": "boris@example.com"} | changes)


def events(database: Database) -> dict[str, bool]:
    """Whether each event is history."""
    found = database.look(lambda session: session.execute(select(schema.order_events)).all())
    return {row.kind.removeprefix("order."): row.is_history for row in found}


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop()


@pytest.fixture
def watcher(database: Database, shop: FakeShop) -> Watcher:
    return Watcher(database, shop, home_zone=RIGA)


def test_what_the_first_poll_finds_is_history(database: Database, shop: FakeShop, watcher: Watcher) -> None:
    shop.put(snapshot(status=OrderStatus.PAID, confirmed_at=NOON - DAY))

    watcher.watch(NOON)

    assert events(database) == {"placed": True, "confirmed": True, "paid": True}


def test_what_happens_while_the_first_poll_is_under_way_is_not(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.is_down = True
    with pytest.raises(ShopError):
        watcher.watch(NOON)
    shop.is_down = False
    shop.put(snapshot(placed_at=NOON + MINUTE, status=OrderStatus.CONFIRMED))

    watcher.watch(NOON + 2 * MINUTE)

    assert events(database) == {"placed": False, "confirmed": True}


def test_a_day_without_an_hour_cannot_tell_and_is_history_at_the_first_poll(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.put(snapshot(placed_at=date(2026, 11, 18)))

    watcher.watch(NOON)

    assert events(database) == {"placed": True}


def test_yesterdays_order_that_is_delivered_tomorrow_is_news(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.put(snapshot(status=OrderStatus.SHIPPED))
    watcher.watch(NOON)
    shop.put(snapshot(status=OrderStatus.DELIVERED))

    watcher.watch(NOON + DAY)

    assert events(database) == {"placed": True, "confirmed": True, "shipped": True, "delivered": False}


def test_an_old_order_that_turns_up_later_is_history_as_far_as_its_times_tell(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    watcher.watch(NOON)
    shop.put(snapshot(confirmed_at=NOON - DAY, delivered_at=NOON + MINUTE))

    watcher.watch(NOON + 2 * MINUTE)

    assert events(database) == {"placed": True, "confirmed": True, "delivered": False}


def test_history_of_a_new_order_is_not_left_for_the_planner(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.put(snapshot())

    watcher.watch(NOON)

    unplanned = select(schema.order_events.c.id).where(schema.order_events.c.planned_at.is_(None))
    assert database.look(lambda session: session.scalars(unplanned).all()) == []


def test_any_order_of_the_same_snapshots_ends_in_the_same_state(database: Database) -> None:
    """Six lives of an order, each reported in turn to one shop and shuffled, with repetitions, to another."""
    chance = random.Random(7)
    in_turn, shuffled = FakeShop("in_turn", page_size=4), FakeShop("shuffled", page_size=3)
    for number in range(6):
        life = list(_life(f"{number}", chance))
        in_turn.put(*life)
        mixed = life + chance.sample(life, len(life) // 2)
        chance.shuffle(mixed)
        shuffled.put(*mixed)

    for shop in (in_turn, shuffled):
        Watcher(database, shop, home_zone=RIGA).watch(NOON)

    assert _state(database, "shuffled") == _state(database, "in_turn")


def _life(order_id: str, chance: random.Random) -> Iterator[Snapshot]:
    facts: dict[str, Any] = {
        "id": order_id,
        "total": 5000,
        "email": f"alice{order_id}@example.com",
        "accepts_email": True,
    }
    steps: Sequence[dict[str, Any]] = [
        {"confirmed_at": NOON - 90 * MINUTE},
        {"status": OrderStatus.PAID, "paid_at": NOON - 80 * MINUTE, "accepts_email": False},
        {"status": OrderStatus.SHIPPED, "shipped_at": NOON - 70 * MINUTE, "city": "Riga"},
        {"status": OrderStatus.DELIVERED, "delivered_at": NOON - 60 * MINUTE},
        {"refunded_total": 1000, "refunded_at": NOON - 50 * MINUTE},
        {"refunded_total": 3000, "refunded_at": NOON - 40 * MINUTE, "paid_at": NOON - 81 * MINUTE},
        {"status": OrderStatus.REFUNDED, "refunded_total": 5000, "refunded_at": NOON - 30 * MINUTE},
    ]
    yield snapshot(**facts, updated_at=NOON - 100 * MINUTE)
    for number, step in enumerate(steps):
        if chance.random() < 0.7:
            facts |= step
            yield snapshot(**facts, updated_at=NOON - (90 - number) * MINUTE)


def _state(database: Database, shop: str) -> list[Any]:
    orders, events, consents = schema.orders, schema.order_events, schema.consents
    of_orders = select(*(c for c in orders.c if c.name not in ("id", "shop", "customer_id", "bought_by")))
    of_events = select(orders.c.external_id, events.c.kind, events.c.amount, events.c.happened_at).join_from(
        orders, events, orders.c.id == events.c.order_id
    )
    of_consents = select(consents.c.address, consents.c.granted_at, consents.c.withdrawn_at)
    return database.look(
        lambda session: [
            sorted(map(repr, session.execute(statement)))
            for statement in (
                of_orders.where(orders.c.shop == shop),
                of_events.where(orders.c.shop == shop),
                of_consents.where(consents.c.source == f"shop:{shop}"),
            )
        ]
    )


def write_orders(folder: Path, count: int) -> Path:
    path = folder / "old.csv"
    rows = "".join(f"{n},paid,{n}.50,EUR,2026-10-01 12:00,alice{n}@example.com\n" for n in range(count))
    path.write_text("id,status,total,currency,placed_at,email\n" + rows, encoding="utf-8")
    return path


def test_an_import_adds_history_and_says_how_far_it_is(database: Database, tmp_path: Path) -> None:
    progress: list[tuple[int, int]] = []
    path = write_orders(tmp_path, 700)

    imported = import_file(
        database,
        path,
        Reading.of("store", time_zone=RIGA),
        now=NOON,
        on_progress=lambda *p: progress.append(p),
    )

    assert (imported.added, imported.known, imported.rejected) == (700, 0, 0)
    assert events(database) == {"placed": True, "confirmed": True, "paid": True}
    assert progress[-1] == (path.stat().st_size, path.stat().st_size)


def test_an_import_leaves_orders_alone_that_are_known(database: Database, tmp_path: Path) -> None:
    reading, path = Reading.of("store", time_zone=RIGA), write_orders(tmp_path, 3)
    shop = FakeShop()
    shop.put(snapshot(id="1", status=OrderStatus.PENDING))
    Watcher(database, shop, home_zone=RIGA).watch(NOON)

    imported = import_file(database, path, reading, now=NOON)

    status = select(schema.orders.c.status).where(schema.orders.c.external_id == "1")
    assert (imported.added, imported.known) == (2, 1)
    assert database.look(lambda session: session.scalar(status)) == "pending"


def test_an_imported_order_that_goes_on_living_makes_news(database: Database, tmp_path: Path) -> None:
    import_file(database, write_orders(tmp_path, 2), Reading.of("store", time_zone=RIGA), now=NOON)
    shop = FakeShop()
    watcher = Watcher(database, shop, home_zone=RIGA)
    watcher.watch(NOON)
    shop.put(snapshot(id="1", status=OrderStatus.SHIPPED, email="alice1@example.com"))

    watched = watcher.watch(NOON + MINUTE)

    assert (watched.orders_new, watched.events) == (0, 1)
    assert events(database)["shipped"] is False


def test_bad_rows_of_an_import_are_put_beside_the_file(database: Database, tmp_path: Path) -> None:
    path = write_orders(tmp_path, 2)
    with path.open("a", encoding="utf-8") as file:
        file.write("9,nonsense,1.50,EUR,2026-10-01,x@example.com\n")

    imported = import_file(database, path, Reading.of("store", time_zone=RIGA), now=NOON)

    assert (imported.added, imported.rejected) == (2, 1)
    assert "nonsense" in (tmp_path / "old.csv.rejected").read_text(encoding="utf-8")
