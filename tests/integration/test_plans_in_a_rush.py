"""PostgreSQL finds what a wave writes by its keys, however little it knows yet of the rush that has begun."""

import re
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import EnrolmentState, MessageStatus
from paldies.outbox.claims import Claim
from paldies.outbox.settlements import Settlement
from paldies.outbox.waves import write_wave
from paldies.store.database import Database
from paldies.store.schema import customers, enrolments, messages
from tests.factories import NOON
from tests.stock import stock

WAVE = 16
MANY = 10_000
KEYS = "messages_pkey messages_of_customer attempts_claim_id_key customers_pkey enrolments_pkey".split()
CHILDREN = ["ix_messages_enrolment_id"]


@pytest.fixture(params=[WAVE, MANY])
def rush(shared: Database, request: pytest.FixtureRequest) -> Database:
    """Much is due and open, and was neither when PostgreSQL last looked at the tables.

    Or little: a plan of that time is kept while the tables grow.
    """
    shared.now(stock, request.param)
    shared.now(_all, MessageStatus.SENT, EnrolmentState.FINISHED)
    shared.now(lambda session: session.execute(text("ANALYZE")))
    shared.now(_all, MessageStatus.SCHEDULED, EnrolmentState.OPEN)
    return shared


def _all(session: Session, status: MessageStatus, state: EnrolmentState) -> None:
    session.execute(update(messages).values(status=status.value))
    session.execute(update(enrolments).values(state=state.value))


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """PostgreSQL's way of each statement that changes or locks many rows, once it is known."""
    found = []
    execute = psycopg.Cursor.execute

    def explained(cursor: Any, statement: Any, values: Any = None, **more: Any) -> Any:
        if str(statement).startswith("WITH given") and "UPDATE" in statement:
            steps = execute(cursor.connection.cursor(), f"EXPLAIN {statement}", values).fetchall()
            found.append("\n".join(step for (step,) in steps))
        return execute(cursor, statement, values, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", explained)
    return found


def wave_of(session: Session) -> tuple[list[Claim], list[Settlement]]:
    wanted = select(messages, customers.c.revision).join(customers, customers.c.id == messages.c.customer_id)
    rows = session.execute(wanted.order_by(messages.c.id.desc()).limit(WAVE)).all()
    claims = [
        Claim(
            id=f"claim-{row.id}",
            message_id=row.id,
            customer_id=row.customer_id,
            revision=row.revision,
            by="riga",
            at=NOON,
            deadline_at=NOON,
            expires_at=NOON,
            rfc_id="m@example.com",
            address="alice@example.com",
            locale="en",
            text_version="1",
            content=b"",
        )
        for row in rows
    ]
    settlements = [
        Settlement(f"claim-{row.id}", row.id, row.enrolment_id, NOON, MessageStatus.SENT) for row in rows
    ]
    return claims, settlements


def test_a_wave_goes_through_nothing_that_grows(rush: Database, plans: list[str]) -> None:
    claims, settlements = rush.look(wave_of)

    won = rush.now_by_keys(write_wave, claims, [])
    rush.now_by_keys(write_wave, [], settlements)

    used = set(re.findall(r"Index (?:Only )?Scan using (\w+)|Bitmap Index Scan on (\w+)", "\n".join(plans)))
    assert len(won) == WAVE
    assert len(plans) == 6  # a lock and two tables when it is claimed, three tables when it is settled
    assert {first or second for first, second in used} <= {*KEYS, *CHILDREN}
    assert not re.search(r"Seq Scan on (messages|customers|enrolments)", "\n".join(plans))
