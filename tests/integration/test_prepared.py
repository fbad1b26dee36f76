"""Statements for many rows say the same on both databases, whatever the values are."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.outbox.planning import plan_new_events
from paldies.store.database import Database
from paldies.store.prepared import Prepared
from paldies.store.schema import attempts, customers, messages
from tests.factories import NOON, RIGA
from tests.rows import add_customer, add_order, plans, publish_campaign

ADD = Prepared(insert(attempts))
NAME = Prepared(
    update(customers)
    .where(customers.c.id == bindparam("number"))
    .values(first_name=bindparam("name"), revision=customers.c.revision + bindparam("more"))
)
AT = datetime(2026, 2, 2, 6, 30, 0, 125, tzinfo=UTC)


def add_message(session: Session) -> int:
    publish_campaign(session)
    add_order(session, add_customer(session), EventKind.CONFIRMED)
    plan_new_events(session, plans(), RIGA, now=NOON)
    return session.scalars(select(messages.c.id).limit(1)).one()


def attempt(message: int, claim: str, **more: Any) -> dict[str, Any]:
    return {
        "message_id": message,
        "claim_id": claim,
        "address": "alice@example.com",
        "locale": "lv",
        "text_version": "1",
        "started_at": AT,
        "outcome": "",
        "note": "",
        "content": None,
        "cost": Decimal(0),
    } | more


def test_every_kind_of_value_comes_back_as_it_was(database: Database) -> None:
    odd = attempt(
        0, "b", note="Paldies, „Šķūnis\"' \\ %s %(x)s", content=bytes(range(256)), cost=Decimal("0.0123")
    )
    with database.session() as session:
        message = add_message(session)
        ADD.run(session, [attempt(message, "a"), odd | {"message_id": message}])
        rows = session.execute(select(attempts).order_by(attempts.c.claim_id)).mappings().all()

    plain, strange = rows
    assert plain["content"] is None
    assert plain["started_at"] == AT
    assert {name: strange[name] for name in ("note", "content", "cost")} == {
        name: odd[name] for name in ("note", "content", "cost")
    }


def test_each_row_changes_what_it_names(database: Database) -> None:
    with database.session() as session:
        alice, boris, carla = (add_customer(session) for _ in range(3))
        NAME.run(
            session,
            [{"number": alice, "name": "Alice", "more": 1}, {"number": carla, "name": "Карла", "more": 5}],
        )
        found = session.execute(select(customers.c.id, customers.c.first_name, customers.c.revision))
        names = {row.id: (row.first_name, row.revision) for row in found}

    assert names[alice] == ("Alice", names[boris][1] + 1)
    assert names[carla] == ("Карла", names[boris][1] + 5)


def test_an_instant_means_the_same_in_every_zone(database: Database) -> None:
    with database.session() as session:
        message = add_message(session)
        ADD.run(session, [attempt(message, "a", started_at=AT.astimezone(ZoneInfo("Asia/Vladivostok")))])
        assert session.scalars(select(attempts.c.started_at)).one() == AT


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="without a zone"), database.session() as session:
        message = add_message(session)
        ADD.run(session, [attempt(message, "a"), attempt(message, "b", started_at=AT.replace(tzinfo=None))])


def test_what_the_database_refuses_is_refused_whole(database: Database) -> None:
    with pytest.raises(DBAPIError), database.session() as session:
        message = add_message(session)
        ADD.run(session, [attempt(message, "a"), attempt(message, "a")])

    with database.session() as session:
        assert session.execute(select(attempts)).all() == []
