"""However often the daemon is killed, every mail that is due leaves once, or the doubt is on record."""

import asyncio
import json
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from paldies.faults import Point
from tests.crash.forked import ask, daemon
from tests.crash.house import PROMPT, House, eventually
from tests.crash.oracle import judge
from tests.smtp_servers import KeepingServer

STEPS = ("1_right_choice", "2_thank_you")
CAMPAIGN = f"""
title = "The first day"
trigger = "order.confirmed"
stop_on = ["order.cancelled"]

[[steps]]
name = "{STEPS[0]}"
after = "1s"
channels = ["email"]
purpose = "service"

[[steps]]
name = "{STEPS[1]}"
after = "2s"
channels = ["email"]
purpose = "service"
"""
TEXTS = {
    f"{step}.email.md": f"---\nsubject: {step}\n---\n{step}: order {{{{ order.number }}}}\n" for step in STEPS
}
RANDOM_DEATHS = 6


class SlowServer(KeepingServer):
    """Takes a moment to answer, as real ones do: there is a time in which only the server knows."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.1)
        return answer


@dataclass(frozen=True)
class Death:
    """At a point, or so many seconds after the daemon was begun."""

    point: Point | None = None
    after: float = 0.0


def deaths(dice: random.Random) -> list[Death]:
    """Every point once, and some moments, in any order."""
    all_of_them = [Death(point) for point in Point]
    all_of_them += [Death(after=dice.uniform(0.2, 1.6)) for _ in range(RANDOM_DEATHS)]
    dice.shuffle(all_of_them)
    return all_of_them


def test_nothing_is_lost_or_doubled_however_often_the_daemon_dies(tmp_path: Path) -> None:
    seed = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(10**6))
    dice, numbers = random.Random(seed), count(101)
    print(f"\nCRASH_SEED={seed}")
    house = House.built(tmp_path / "house", CAMPAIGN, TEXTS)
    house.shop.open()
    orders: list[int] = []
    began = time.monotonic()

    with SlowServer() as server:
        live_quietly(house, server)
        story = deaths(dice)
        for death in story:
            orders.append(next(numbers))
            house.shop.order(orders[-1], f"buyer{orders[-1]}@example.com")
            die(house, server, death)
        live_until_all_is_said(house, server, orders)
        verdict = judge(house, server.mails, orders, STEPS)

    print(f"{len(story)} deaths in {time.monotonic() - began:.0f} s, {len(orders)} orders: {verdict}")
    assert (verdict.lost, verdict.doubled, verdict.unexplained) == ([], [], [])
    assert verdict.due == 2 * len(orders) >= 20
    assert all(explained(house, order_id) for order_id in doubtful(house))


def live_quietly(house: House, server: KeepingServer) -> None:
    """A first life that ends in peace: what the shop sold before it is history."""
    with daemon(house, server.url) as process:
        eventually(lambda: house.told("orders"))
        process.terminate()
        process.join(PROMPT)
    assert process.exitcode == 0


def die(house: House, server: KeepingServer, death: Death) -> None:
    """One life, which ends where it was to end."""
    fault = f"{death.point}:1" if death.point else ""
    with daemon(house, server.url, fault=fault) as process:
        process.join(PROMPT if death.point else death.after)
        assert process.is_alive() is not bool(death.point), f"{death} was never reached"
        process.kill()
        process.join(PROMPT)
    assert process.exitcode == -signal.SIGKILL


def live_until_all_is_said(house: House, server: KeepingServer, orders: list[int]) -> None:
    with daemon(house, server.url) as process:
        under_way = "SELECT 1 FROM messages WHERE status IN ('scheduled', 'sending')"
        planned = "SELECT 1 FROM messages"
        eventually(lambda: len(house.rows(planned)) >= 2 * len(orders) and not house.rows(under_way))
        process.terminate()
        process.join(PROMPT)
    assert process.exitcode == 0


def doubtful(house: House) -> Iterator[str]:
    rows = house.rows(
        "SELECT DISTINCT orders.external_id FROM messages JOIN enrolments ON enrolments.id = enrolment_id"
        " JOIN orders ON orders.id = enrolments.order_id"
        " WHERE messages.status = 'unconfirmed' OR messages.possible_duplicate"
    )
    return (row["external_id"] for row in rows)


def explained(house: House, order_id: str) -> bool:
    """Whether `messages why` tells of the doubt."""
    (story,) = json.loads(ask(house, "messages", "why", order_id, "--json"))
    steps = [step for campaign in story["campaigns"] for step in campaign["steps"]]
    return any(
        step["sentence"] and (step["reason"] == "unconfirmed" or step["legs"][-1]["possible_duplicate"])
        for step in steps
    )
