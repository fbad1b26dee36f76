"""A simulation is the daemon with another clock, store and set of providers: both leave the same trace."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from paldies.bootstrap.shops import make_shop
from paldies.clock import SteppedClock
from paldies.daemon import Daemon
from paldies.orders.shops.base import Shop
from paldies.outbox.agenda import next_look
from paldies.outbox.rate import Rate
from paldies.outbox.supply import OwnSupply
from paldies.simulation.behaviour import Behaviour
from paldies.simulation.house import FILE, Furnished, Stage, furnish
from paldies.simulation.run import play
from paldies.simulation.span import Span
from paldies.simulation.tape import Tape
from paldies.simulation.telling import INSTANT
from paldies.simulation.unrolling import Record
from paldies.templates.bundled import bundled_templates
from tests.living_shop import LivingShop
from tests.marketplace import DAYS, HOME, HOURS, Order, made_up, olist
from tests.played import AFTER_ALL, FIRST, first_day, settings_in, tape_of, trace, write_orders
from tests.season import Season

BEGINS = datetime(2026, 11, 2, 12, tzinfo=UTC)
SEEDS = [int(seed) for seed in os.environ.get("MERCADO_SEEDS", "7").split()]  # of orders that are made up
OLIST = os.environ.get("OLIST_FOLDER", "")
needs_olist = pytest.mark.skipif(not OLIST, reason="OLIST_FOLDER names no folder with Olist's files")
EVERYBODY = Behaviour(bounce_rate=0, no_answer_rate=0)
SOME = Behaviour(bounce_rate=0.15, no_answer_rate=0.7)


@pytest.fixture(autouse=True)
def quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_daemon_and_a_simulation_of_the_same_orders_leave_the_same_trace(
    tmp_path: Path, seed: int
) -> None:
    orders = [on_the_hour(order) for order in made_up(seed, start=BEGINS - DAYS, days=2, count=25)]

    lived, played = await lived_and_played(tmp_path, orders, begins=BEGINS)

    assert played == lived
    assert {"sent", "skipped", "cancelled"} <= {fate[1] for fate in lived.values()}


@needs_olist
async def test_the_real_orders_leave_the_same_trace(tmp_path: Path) -> None:
    orders = [on_the_hour(order) for order in olist(Path(OLIST))]
    begins = orders[0].placed_at - HOURS

    lived, played = await lived_and_played(tmp_path, orders, begins=begins)

    assert played == lived


@needs_olist
async def test_the_real_orders_of_two_years_in_eight_weeks_leave_the_same_trace(tmp_path: Path) -> None:
    """In an eighth of the time, as the daemon looks so much less often, and always finds many orders."""
    orders = crowded([on_the_hour(order) for order in olist(Path(OLIST))], into=56 * DAYS)
    begins = orders[0].placed_at - HOURS

    lived, played = await lived_and_played(tmp_path, orders, begins=begins)

    assert played == lived


async def test_every_tick_of_the_daemon_at_every_look_leaves_the_same_trace(tmp_path: Path) -> None:
    file = write_orders(tmp_path / "orders.jsonl", 30, days=2)
    every = 6 * HOURS
    span = Span(FIRST, FIRST + 12 * DAYS, look_every=every)
    stage = Stage(bundled_templates(), SOME)
    settings = settings_in(tmp_path)
    for name in ("ticking", "simulated"):
        (tmp_path / name).mkdir()

    clock = SteppedClock(span.begins_at)
    ticked = tape_of(file, tmp_path / "ticked.db")
    house = furnish(
        settings,
        stage,
        ticked.telling(),
        clock=clock,
        folder=tmp_path / "ticking",
        supplying=lambda name, database: OwnSupply(
            database, name, rate=Rate("1000/s", holds=every), clock=clock
        ),
    )
    daemon = Daemon(house.app)
    await daemon.begin()
    await tick(daemon)
    while moment := await next_news(house, ticked):
        clock.move_to(span.look_at(moment))
        await tick(daemon)
    await daemon.end(5)
    tape = tape_of(file, tmp_path / "tape.db")
    await play(settings, stage, tape, span=span, folder=tmp_path / "simulated")

    expected = trace(tmp_path / "ticking" / FILE)
    assert trace(tmp_path / "simulated" / FILE) == expected
    words = {word for fate in expected.values() for word in fate}
    assert {"email", "call", "sms", "task", "not_reached", "refused", "order_cancelled"} <= words


async def test_the_same_seed_is_the_same_luck(tmp_path: Path) -> None:
    file = write_orders(tmp_path / "orders.jsonl", 6, days=3)
    settings = settings_in(tmp_path)
    stage = Stage(first_day(tmp_path / "texts"), SOME)
    traces = []

    for name in ("once", "again"):
        (tmp_path / name).mkdir()
        tape = tape_of(file, tmp_path / f"{name}.tape")
        span = Span(FIRST, FIRST + 10 * DAYS, look_every=6 * HOURS)
        played = await play(settings, stage, tape, span=span, folder=tmp_path / name)
        traces.append(trace(played.database))

    assert traces[0] == traces[1]


async def test_what_lies_before_the_beginning_is_history(tmp_path: Path) -> None:
    file = write_orders(tmp_path / "orders.jsonl", 10, days=4)
    tape = tape_of(file, tmp_path / "tape.db")
    (tmp_path / "played").mkdir()
    span = Span(FIRST + 30 * DAYS, FIRST + 31 * DAYS)

    stage = Stage(first_day(tmp_path / "texts"), SOME)

    played = await play(settings_in(tmp_path), stage, tape, span=span, folder=tmp_path / "played")

    with closing(sqlite3.connect(played.database)) as database:
        assert database.execute("SELECT count(*) FROM orders").fetchone() == (10,)
    assert trace(played.database) == {}


async def lived_and_played(folder: Path, orders: list[Order], *, begins: datetime) -> tuple[dict, dict]:
    """The daemon beside a shop that lives, and a simulation of what that shop has told, hour by hour."""
    ends = max(change.at for order in orders for change in order.changes) + 10 * DAYS
    season = Season(folder, orders, begins, ends)
    async with season.passing():
        pass
    tape = Tape(folder / "tape.db")
    tape.record("mercado", told_hour_by_hour(folder, orders, season), zone=HOME, until=AFTER_ALL)
    tape.rewind()
    (folder / "simulated").mkdir()
    played = await play(
        season.settings,
        Stage(folder / "message_templates", EVERYBODY),
        tape,
        span=Span(begins, ends),
        folder=folder / "simulated",
    )
    return trace(folder / "paldies.db"), trace(played.database)


def crowded(orders: list[Order], *, into: timedelta) -> list[Order]:
    """Everybody's first order within so much time; how long after it the next ones come, stays."""
    first: dict[str, datetime] = {}
    for order in orders:
        first.setdefault(order.customer_id, order.placed_at)
    start = orders[0].placed_at
    earlier = {customer: (at - start) // into * into for customer, at in first.items()}
    moved = (order.moved(-earlier[order.customer_id]) for order in orders)
    return sorted(moved, key=lambda order: order.placed_at)


def told_hour_by_hour(folder: Path, orders: list[Order], season: Season) -> Iterator[Record]:
    """What a reader of the shop hears each time that it asks."""
    living = LivingShop(folder / "again.db", orders)
    [source] = season.settings.shops
    shop: Shop = make_shop(source.model_copy(update={"url": f"sqlite:///{folder / 'again.db'}"}))
    known: dict[str, object] = {}
    cursor: dict[str, Any] = {}
    while at := living.next_change_at:
        living.live_until(at)
        for page in shop.poll(cursor):
            cursor = page.cursor
            for snapshot in page.snapshots:
                if known.get(snapshot.id) != snapshot:
                    known[snapshot.id] = snapshot
                    yield Record(replace(snapshot, updated_at=at))
    shop.close()


async def next_news(house: Furnished, tape: Tape) -> datetime | None:
    """When there is something to do again: other looks find nothing."""
    told_at = tape.next_from(house.app.clock.now() + INSTANT)
    due_at = await house.app.database.read(next_look)
    return min(filter(None, (told_at, due_at)), default=None)


async def tick(daemon: Daemon) -> None:
    """All of the timetable, until nothing is due any more: one leg may follow another at once."""
    app, ticks = daemon.app, sorted(daemon.timetable(), key=lambda tick: tick.call == "dispatch")
    is_done = False
    while not is_done:
        for each in ticks:
            await each.run()
        for dispatcher in app.dispatchers:
            await dispatcher.drained()
        due_at = await app.database.read(next_look)
        is_done = due_at is None or due_at > app.clock.now()


def on_the_hour(order: Order) -> Order:
    """The shop is asked on the hour: what is written into it a little later than it happens is the same."""
    changes = tuple(
        replace(change, at=change.at + (BEGINS - change.at) % timedelta(hours=1)) for change in order.changes
    )
    return replace(order, changes=changes)
