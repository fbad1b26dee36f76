"""`/metrics`: what a machine may know, at a price that does not grow with the database."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.clock import SteppedClock
from paldies.outbox.pausing import pause
from paldies.outbox.planning import plan_new_events
from paldies.replies.cases import open_case, take_case
from paldies.reports.counting import SETTLED, count_endings, count_some
from paldies.reports.gauges import read_gauges
from paldies.store.database import Database
from paldies.store.schema import customers, messages
from paldies.store.tables import Cursor, Instance
from tests.factories import NOON, RIGA
from tests.rows import add_customer, add_order, plans, publish_campaign
from tests.visitor import Notebook, front_desk, received

HOUR = timedelta(hours=1)
UNUSUAL = {"status": "held", "reason": "unusual_volume"}


def orders(session: Session, count: int, *, at: Any = NOON) -> list[int]:
    """So many customers with two messages each; returns those of the first step."""
    publish_campaign(session)
    for number in range(count):
        add_order(session, add_customer(session, f"Customer{number}"), EventKind.CONFIRMED, at=at)
    while plan_new_events(session, plans(), RIGA, now=at).events:
        pass
    return all_messages(session, messages.c.step == "1_right_choice")


def all_messages(session: Session, *conditions: Any) -> list[int]:
    return list(session.scalars(select(messages.c.id).where(*conditions).order_by(messages.c.id)))


def end(session: Session, ids: list[int], status: str, reason: str = "", *, at: Any = NOON) -> None:
    session.execute(
        update(messages).where(messages.c.id.in_(ids)).values(status=status, reason=reason, ended_at=at)
    )


async def numbers(database: Database, **desk: Any) -> dict[tuple[str, ...], float]:
    """What Prometheus reads, by name and labels."""
    async with received(replace(front_desk(database, Notebook()), **desk)) as visitor:
        answer = await visitor.get("/metrics")
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, "text/plain")
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.fixture
def house(database: Database) -> Database:
    with database.session() as session:
        session.add(Instance(uuid="a", heartbeat_at=NOON))
    return database


async def test_a_machine_reads_how_the_house_stands(house: Database) -> None:
    with house.session() as session:
        ids = orders(session, 5, at=NOON - HOUR)
        end(session, ids[:2], "sent", at=NOON - HOUR)
        end(session, ids[2:3], "skipped", "suppressed", at=NOON - HOUR)
        session.execute(update(messages).where(messages.c.id == ids[3]).values(status="unconfirmed"))
        session.add(Cursor(shop="store", last_good_at=NOON - HOUR))
        for customer in session.scalars(select(customers.c.id).limit(2)).all():
            number = open_case(session, customer, order_id=None, text="It leaks.", now=NOON - HOUR)
        take_case(session, number, by="Anna", now=NOON)
        pause(session, "first_day", NOON)
        session.execute(update(messages).where(messages.c.id == ids[4] + 1).values(**UNUSUAL))
    await count_endings(house, SteppedClock(NOON))

    read = await numbers(house, breakers=lambda: {"email": True, "sms": False})

    assert read["paldies_messages_total", "first_day", "email", "sent", ""] == 2
    assert read["paldies_messages_total", "first_day", "email", "skipped", "suppressed"] == 1
    assert read["paldies_outbox_due", "email"] == 1
    assert read["paldies_outbox_lateness_seconds", "email"] == 40 * 60
    assert read["paldies_outbox_due", "sms"] == 0
    assert (read["paldies_breaker_open", "email"], read["paldies_breaker_open", "sms"]) == (1, 0)
    assert read["paldies_doubts",] == 1
    assert read["paldies_campaign_paused", "first_day"] == 1
    assert read["paldies_campaign_held_unusual", "first_day"] == 1
    assert (read["paldies_cases_open",], read["paldies_cases_untaken",]) == (2, 1)
    assert read["paldies_case_oldest_seconds",] == 3600
    assert read["paldies_shop_last_good_poll_timestamp_seconds", "store"] == (NOON - HOUR).timestamp()
    assert read["paldies_heartbeat_timestamp_seconds",] == NOON.timestamp()


async def test_figures_are_behind_a_token_where_one_is_set(house: Database) -> None:
    desk = replace(front_desk(house, Notebook()), metrics_token="a long token")

    async with received(desk) as visitor:
        answers = [
            await visitor.post("/metrics"),
            await visitor.get("/metrics"),
            await visitor.get("/metrics", Authorization="Bearer another"),
            await visitor.get("/metrics", Authorization="Bearer a long token"),
        ]

    assert [answer.status for answer in answers] == [405, 401, 401, 200]
    assert "paldies_doubts" not in answers[1].text + answers[2].text


def test_every_ending_is_counted_once_however_often_one_counts(house: Database) -> None:
    with house.session() as session:
        ids = orders(session, 8)
        for number, message in enumerate(ids):
            end(session, [message], "sent", at=NOON + timedelta(seconds=number // 2))

    rounds = [house.now(count_some, NOON + HOUR, chunk=3) for _ in range(6)]
    with house.session() as session:
        end(session, [ids[0] + 1], "sent", at=NOON + HOUR - SETTLED / 2)
    house.now(count_some, NOON + HOUR)
    not_yet = total(house)
    house.now(count_some, NOON + 2 * HOUR)

    assert rounds == [True, True, False, False, False, False]
    assert (not_yet, total(house)) == (8, 9)


def total(database: Database) -> int:
    return sum(one.messages for one in database.look(read_gauges, [], NOON).ended)


@pytest.fixture
def asked() -> Iterator[dict[str, Any]]:
    """Every statement meanwhile, with its parameters."""
    statements: dict[str, Any] = {}

    def note(_c: Any, _u: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE")):
            statements[statement] = parameters

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


def test_no_figure_reads_the_outbox_from_end_to_end(house: Database, asked: dict[str, Any]) -> None:
    with house.session() as session:
        orders(session, 30)
        end(session, all_messages(session), "sent")
    asked.clear()

    house.look(read_gauges, ["email", "sms"], NOON + HOUR)
    house.now(count_some, NOON + HOUR)

    about = {statement: values for statement, values in asked.items() if "FROM messages" in statement}
    assert len(about) >= 6
    assert [plan for statement, values in about.items() for plan in scans(house, statement, values)] == []


def scans(database: Database, statement: str, values: Any) -> list[str]:
    """Steps of the database's plan that read the table itself, and not one of its small indexes."""
    small = "messages_waiting|messages_due|messages_ended"
    with database.engine.connect() as connection:
        if database.is_sqlite:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            steps = [str(row[-1]) for row in plan]
            return [step for step in steps if " messages" in step and not re.search(small, step)]
        connection.exec_driver_sql("SET enable_seqscan = off")  # of sixty rows it would read all
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values).all()
        return [str(row[0]) for row in plan if "Seq Scan on messages" in str(row[0])]
