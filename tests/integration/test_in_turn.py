"""Statements that are sent behind one another do what each would have done by itself."""

from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from paldies.store.database import Database
from paldies.store.in_turn import in_turn
from paldies.store.prepared import Prepared
from paldies.store.schema import customers, sending_hours
from tests.factories import NOON
from tests.rows import add_customer

ADD = Prepared(insert(sending_hours))
ADD_ALONE = Prepared(text("UPDATE sending_hours SET messages = messages + :more"))
NAME = Prepared(
    update(customers).where(customers.c.first_name == bindparam("old")).values(first_name=bindparam("new"))
)
HOUR = {"hour": NOON, "messages": 1}


def named(old: str, new: str) -> dict[str, str]:
    return {"old": old, "new": new}


def state(database: Database) -> tuple[list[Any], list[Any]]:
    return database.look(
        lambda session: (
            list(session.scalars(select(customers.c.first_name).order_by(customers.c.id))),
            list(session.scalars(select(sending_hours.c.messages))),
        )
    )


def test_each_sees_what_those_before_it_did(database: Database) -> None:
    with database.session() as session:
        for name in ("Alice", "Boris", "Carla"):
            add_customer(session, name)
        changed = in_turn(
            session,
            (NAME, [named("Alice", "Anna"), named("Carla", "Anna")]),
            (NAME, []),
            (NAME, [named("Anna", "Alise"), named("Dana", "Daina")]),
            (ADD, [HOUR]),
            (ADD_ALONE, [{"more": 2}, {"more": 3}]),
        )

    assert changed == [2, 0, 2, 1, 2]
    assert state(database) == (["Alise", "Boris", "Alise"], [6])


def test_nothing_at_all_is_done_in_turn(database: Database) -> None:
    with database.session() as session:
        assert in_turn(session) == []
        assert in_turn(session, (NAME, [])) == [0]


def test_what_is_refused_is_refused_whole(database: Database) -> None:
    with pytest.raises(IntegrityError), database.session() as session:
        add_customer(session, "Alice")
        in_turn(session, (ADD, [HOUR]), (ADD, [HOUR]), (NAME, [named("Alice", "Anna")]))

    assert state(database) == ([], [])


def test_a_connection_that_is_lost_meanwhile_is_not_used_again(shared: Database) -> None:
    with pytest.raises(OperationalError), shared.session() as session:
        in_turn(session, (ADD, [HOUR]))
        server = session.scalars(text("SELECT pg_backend_pid()")).one()
        shared.now(lambda other: other.execute(text(f"SELECT pg_terminate_backend({server})")))
        in_turn(session, (ADD_ALONE, [{"more": 1}]))

    with shared.session() as session:
        assert in_turn(session, (ADD, [HOUR])) == [1]
    assert state(shared) == ([], [1])
