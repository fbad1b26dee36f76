"""A task's whole way: the daemon asks for it, a person does it or does not, and the campaign goes on."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from paldies.campaigns.words import TaskOutcome
from paldies.replies.task_list import Task, to_do
from paldies.replies.tasks import done
from paldies.store.schema import messages
from tests.smtp_servers import KeepingServer
from tests.whole_house import MORNING, ShopDatabase, WholeHouse, furnish

CAMPAIGN = """
title = "A call"
trigger = "order.confirmed"
stop_on = ["order.refunded"]

[[steps]]
name = "1_right_choice"
after = "20m"
channels = ["task", "email"]
purpose = "service"
expires = "12h"
"""
MAIL = "---\nsubject: Your order\n---\nHello {{ customer.first_name }}.\n"
NUMBER = "+37120000001"


@dataclass(frozen=True)
class Day:
    """A shop on one morning, at which Alice has just ordered."""

    house: WholeHouse
    shop: ShopDatabase
    server: KeepingServer

    async def later(self, span: timedelta) -> None:
        """Time passes, and whatever is asked for then is done."""
        await self.house.tick(after=span)
        await self.house.tick()

    def refund(self) -> None:
        """In the shop's own database."""
        at = f"{self.house.clock.now():%Y-%m-%d %H:%M:%S}"
        with closing(sqlite3.connect(self.shop.path)) as connection, connection:
            connection.execute("UPDATE sale SET status = 'refunded', updated_at = ?", [at])

    def say(self, task: Task, outcome: TaskOutcome) -> None:
        app, now = self.house.app, self.house.clock.now()
        app.database.now(done, task.id, outcome, by="Anna", note="", plans=app.plans, now=now)

    def to_do(self) -> list[Task]:
        return self.house.app.database.look(to_do, self.house.clock.now())

    def legs(self) -> list[tuple[str, str, str]]:
        wanted = select(messages.c.channel, messages.c.status, messages.c.reason).order_by(messages.c.id)
        return self.house.app.database.look(lambda session: [(*row,) for row in session.execute(wanted)])


@pytest.fixture
def server() -> Iterator[KeepingServer]:
    with KeepingServer() as server:
        yield server


@pytest.fixture
async def day(tmp_path: Path, server: KeepingServer) -> AsyncIterator[Day]:
    shop = furnish(tmp_path, smtp=server.url, text=MAIL, campaign=CAMPAIGN)
    words = tmp_path / "message_templates/hello/1_right_choice.task.txt"
    words.write_text("Ring {{ customer.first_name }} about {{ order.number }}.\n")
    house = await WholeHouse.opened(tmp_path)
    shop.order(7, at=MORNING, phone=NUMBER, first_name="Alice", country="LV")
    await house.tick()
    yield Day(house, shop, server)
    await house.close()


async def test_staff_are_asked_in_the_words_of_the_text(day: Day) -> None:
    await day.later(timedelta(minutes=20))

    (task,) = day.to_do()
    assert (task.script.strip(), task.phone, task.order) == ("Ring Alice about N-7.", NUMBER, "N-7")
    assert task.due_at == MORNING + timedelta(minutes=20, hours=6)


async def test_what_nobody_did_by_its_deadline_is_said_by_mail(day: Day) -> None:
    await day.later(timedelta(minutes=20))

    await day.later(timedelta(hours=6))

    assert day.legs() == [("task", "failed", "not_done"), ("email", "sent", "")]
    assert not day.to_do()
    assert len(day.server.mails) == 1


async def test_who_was_reached_gets_no_mail_as_well(day: Day) -> None:
    await day.later(timedelta(minutes=20))
    (task,) = day.to_do()
    day.say(task, TaskOutcome.REACHED)

    await day.later(timedelta(hours=12))

    assert day.legs() == [("task", "sent", "")]
    assert not day.server.mails


async def test_a_refund_takes_the_task_off_the_list(day: Day) -> None:
    await day.later(timedelta(minutes=20))
    day.refund()

    await day.later(timedelta(minutes=30))

    assert not day.to_do()
    assert day.legs() == [("task", "cancelled", "order_refunded")]
