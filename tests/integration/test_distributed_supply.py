"""Several processes take from one outbox: each message is in one hand, and all together keep to the rate."""

import asyncio
import time
from datetime import timedelta

import pytest
from sqlalchemy import String, cast, func, select, text, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind, MessageStatus, Purpose
from paldies.clock import SteppedClock
from paldies.outbox.engines.hands import HOLDS, let_go
from paldies.outbox.engines.shared_supply import SharedSupply
from paldies.outbox.planning import plan_new_events
from paldies.store import installation
from paldies.store.database import Database
from paldies.store.schema import hands, messages
from tests.factories import NOON, RIGA
from tests.rows import add_customer, add_order, plans, publish_campaign

DUE = NOON + timedelta(minutes=20)  # the first of each order's two messages


def order_by(session: Session, *names: str) -> None:
    publish_campaign(session)
    for name in names:
        add_order(session, add_customer(session, name), EventKind.CONFIRMED)
    while plan_new_events(session, plans(), RIGA, now=NOON).events:
        pass


def fill(session: Session, most: int) -> None:
    """As many due messages, for one customer: ordering that much would take longer than the test."""
    order_by(session, "Alice")
    row = messages.insert().from_select(
        [column.name for column in messages.c if column.name != "id"],
        select(
            *(
                (messages.c.key + cast(func.generate_series(1, most), String)).label("key")
                if column.name == "key"
                else column
                for column in messages.c
                if column.name != "id"
            )
        ).where(messages.c.step == "1_right_choice"),
    )
    session.execute(row)


def note_as_sent(session: Session, ids: list[int]) -> None:
    session.execute(update(messages).where(messages.c.id.in_(ids)).values(status=MessageStatus.SENT.value))


def supply(
    database: Database, process: str, *, per_second: float = 1e5, connections: int = 1
) -> SharedSupply:
    clock = SteppedClock(DUE)
    return SharedSupply(
        database, "email", process=process, per_second=per_second, connections=connections, clock=clock
    )


async def test_what_one_has_in_hand_nobody_else_takes(shared: Database) -> None:
    shared.now(order_by, *["Alice"] * 10)
    riga, york = supply(shared, "Riga"), supply(shared, "New York")

    first, second, third = [await one.take(()) for one in (riga, york, supply(shared, "Vladivostok"))]

    taken = [row.id for rows in (first, second, third) for row in rows]
    assert [len(first), len(second), len(third)] == [4, 4, 2]
    assert len(set(taken)) == 10


async def test_who_has_enough_in_hand_leaves_the_rest_to_others(shared: Database) -> None:
    shared.now(order_by, *["Alice"] * 10)
    in_hand = set(range(5))
    taking = asyncio.create_task(supply(shared, "Riga").take(in_hand))

    others = await supply(shared, "New York").take(())
    was_waiting = not taking.done()
    in_hand.clear()

    assert was_waiting
    assert [len(others), len(await taking)] == [4, 4]


async def test_what_was_taken_and_has_not_left_is_no_sign_of_a_fast_receiver(shared: Database) -> None:
    shared.now(order_by, *["Alice"] * 20)
    riga = supply(shared, "Riga")

    first = [row.id for row in await riga.take(())]
    second = [row.id for row in await riga.take(first)]  # at once, as there is room for them still

    assert [len(first), len(second)] == [4, 4]
    assert await riga.take(first + second) == []


async def test_a_hand_that_is_not_renewed_holds_nothing(shared: Database) -> None:
    shared.now(order_by, "Alice")
    [lost] = await supply(shared, "killed").take(())
    nothing = await supply(shared, "another").take(())
    ago = text(f"renewed_at - interval '{HOLDS} seconds'")
    shared.now(lambda session: session.execute(update(hands).values(renewed_at=ago)))

    [found] = await supply(shared, "another").take(())

    assert nothing == []
    assert found.id == lost.id


async def test_a_clean_stop_lets_go_at_once(shared: Database) -> None:
    shared.now(order_by, "Alice")
    await supply(shared, "stopped").take(())

    shared.now(let_go, "stopped")

    assert len(await supply(shared, "another").take(())) == 1


async def test_what_is_about_an_order_goes_before_what_only_sells(shared: Database) -> None:
    shared.now(order_by, "Alice", "Boris", "Carla")
    waits_longest = update(messages).where(messages.c.customer_id.in_(_people(shared, "Alice", "Boris")))
    shared.now(
        lambda session: session.execute(waits_longest.values(purpose=Purpose.PROMOTIONAL.value, send_at=NOON))
    )

    [first] = await supply(shared, "Riga", per_second=0.01).take(())

    assert [first.customer_id] == _people(shared, "Carla")


def _people(database: Database, *names: str) -> list[int]:
    asked = text("SELECT id FROM customers WHERE first_name = ANY(:names)")
    return database.look(lambda session: list(session.scalars(asked, {"names": list(names)})))


async def test_nobody_takes_anything_during_a_pause(shared: Database) -> None:
    shared.now(order_by, "Alice")
    shared.now(installation.set_paused, NOON)

    assert await supply(shared, "Riga").take(()) == []


async def test_all_together_keep_to_the_rate(shared: Database) -> None:
    per_second = 200
    shared.now(fill, 5 * per_second)
    supplies = [supply(shared, name, per_second=per_second, connections=8) for name in ("A", "B", "C")]
    taken: list[float] = []

    async def work(one: SharedSupply, until: float) -> None:
        while time.monotonic() < until:
            rows = await one.take(())
            taken.extend([time.monotonic()] * len(rows))
            await shared.run(note_as_sent, [row.id for row in rows])

    began = time.monotonic()
    await asyncio.gather(*(work(one, began + 4) for one in supplies))

    span, one_look = taken[-1] - taken[0], 0.1 * per_second
    assert len(taken) == pytest.approx(per_second * span, rel=0.02, abs=one_look)


async def test_what_is_not_sent_after_all_may_be_sent_by_others(shared: Database) -> None:
    shared.now(order_by, *["Alice"] * 4)
    riga = supply(shared, "Riga", per_second=0.01)
    first = await riga.take(())

    await riga.give_back(1)

    assert len(first) == 1
    assert len(await supply(shared, "New York", per_second=0.01).take(())) == 1
