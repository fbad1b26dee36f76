"""Several processes work for one shop: what they send, and what becomes of it when one of them fails."""

import asyncio
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from paldies.campaigns.words import EventKind
from paldies.store.database import Database
from tests.many_machines import BEGUN, Machines, machines
from tests.rows import add_customer, add_order
from tests.slow_receiver import SlowReceiver
from tests.stock import stock


@pytest.fixture
async def receiver() -> AsyncIterator[SlowReceiver]:
    async with SlowReceiver(delay=0.02) as receiver:
        yield receiver


@pytest.fixture
def house(shared: Database, receiver: SlowReceiver, tmp_path: Path) -> Iterator[Machines]:
    url = shared.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with machines(tmp_path, url, receiver.url) as house:
        house.furnish()
        yield house
        print(house.log.read_text(errors="replace"))  # which is shown where a test fails


async def eventually(question: Callable[[], object], *, within: float = BEGUN) -> None:
    end = time.monotonic() + within
    while not await asyncio.to_thread(question):
        assert time.monotonic() < end, f"it did not come about within {within:g} s"
        await asyncio.sleep(0.05)


async def test_two_workers_send_every_message_once(
    house: Machines, shared: Database, receiver: SlowReceiver
) -> None:
    house.start("worker", machine="riga")
    house.start("worker", machine="new york")
    await asyncio.to_thread(house.wait_until_running, 2)

    shared.now(stock, 400)
    await eventually(lambda: house.status_counts() == {"sent": 400})

    assert len(receiver.ids) == len(set(receiver.ids)) == 400
    shares = house.rows("SELECT claimed_by, count(*) AS n FROM messages WHERE status = 'sent' GROUP BY 1")
    assert len(shares) == 2


async def test_what_a_killed_worker_was_sending_is_sent_by_the_doubt_rule(
    house: Machines, shared: Database, receiver: SlowReceiver
) -> None:
    shared.now(stock, 40)
    killed = house.start("worker", fault="claimed:10")
    await asyncio.to_thread(killed.wait, BEGUN)
    left = house.status_counts()

    house.start("worker")  # on the same machine, which knows for certain that the other is dead
    await eventually(lambda: house.status_counts() == {"sent": 40})

    assert killed.returncode == -signal.SIGKILL
    assert left.get("sending", 0) >= 1
    assert len(set(receiver.ids)) == 40
    again = {row["rfc_id"] for row in house.rows("SELECT rfc_id FROM messages WHERE possible_duplicate")}
    assert {one for one, times in Counter(receiver.ids).items() if times > 1} <= again
    assert house.rows("SELECT name FROM processes WHERE died_at IS NULL")


async def test_a_worker_that_wakes_too_late_sends_nothing_twice(
    house: Machines, shared: Database, receiver: SlowReceiver
) -> None:
    # at the first two claims, which come together: nothing is on the wire yet when it falls asleep
    house.config.write_text(house.config.read_text().replace("connections = 4", "connections = 1"))
    shared.now(stock, 30)
    asleep = house.start("worker", fault="claimed:2:STOP", machine="riga", is_hurried=True)
    await eventually(lambda: is_stopped(asleep))

    house.start("worker", machine="new york", is_hurried=True)
    await eventually(lambda: house.status_counts() == {"sent": 30})
    asleep.send_signal(signal.SIGCONT)
    asleep.send_signal(signal.SIGTERM)
    await asyncio.to_thread(asleep.wait, BEGUN)

    assert Counter(receiver.ids) == Counter(set(receiver.ids))
    assert len(receiver.ids) == 30
    doubts = len(house.rows("SELECT id FROM messages WHERE possible_duplicate"))
    assert doubts in (1, 2)  # as many as one connection may have claimed
    assert house.status_counts() == {"sent": 30}


def is_stopped(process: "subprocess.Popen[bytes]") -> bool:
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


async def test_an_urgent_message_leaves_within_a_second(
    house: Machines, shared: Database, receiver: SlowReceiver
) -> None:
    house.start("run")
    await asyncio.to_thread(house.wait_until_running, 1)
    await eventually(lambda: house.rows("SELECT 1 FROM cursors WHERE last_good_at IS NOT NULL"))
    waits = []

    for name in ("Alice", "Boris", "Carla"):
        with shared.session() as session:
            customer = add_customer(session, name)
            add_order(session, customer, EventKind.CONFIRMED, at=datetime.now(UTC))
        began, came = time.monotonic(), len(receiver.came)
        await eventually(lambda came=came: len(receiver.came) > came)  # type: ignore[misc]
        waits.append(receiver.came[-1][0] - began)

    assert min(waits) < 1


async def test_a_clean_stop_leaves_nothing_to_others(
    house: Machines, shared: Database, receiver: SlowReceiver
) -> None:
    worker = house.start("worker")
    await asyncio.to_thread(house.wait_until_running, 1)
    shared.now(stock, 3000)
    await eventually(lambda: receiver.came)

    worker.send_signal(signal.SIGTERM)
    await asyncio.to_thread(worker.wait, BEGUN)

    assert worker.returncode == 0
    assert set(house.status_counts()) == {"sent", "scheduled"}
    assert [house.rows(f"SELECT * FROM {table}") for table in ("processes", "hands")] == [[], []]


async def test_a_second_daemon_takes_over_when_the_first_is_killed(
    house: Machines, shared: Database, receiver: SlowReceiver
) -> None:
    first = house.start("run", machine="riga")
    await asyncio.to_thread(house.wait_until_running, 1)
    house.start("run", machine="new york")
    await asyncio.to_thread(house.wait_until_running, 2)
    first.kill()
    await asyncio.to_thread(first.wait)

    house.shop.order("after the fall", at=datetime.now(UTC))

    await eventually(lambda: receiver.came, within=2 * BEGUN)


def test_a_worker_on_sqlite_says_what_it_needs(tmp_path: Path) -> None:
    house = Machines(tmp_path, url="sqlite:///paldies.db", smtp="smtp://127.0.0.1:9")
    house.furnish()

    worker = house.start("worker")
    worker.wait(BEGUN)

    assert worker.returncode == 1
    assert "paldies db move" in house.log.read_text()
