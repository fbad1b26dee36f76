"""What only a person can know is asked every day, with the command to answer it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EventKind, MessageStatus
from paldies.outbox import by_hand
from paldies.outbox.planning import plan_new_events
from paldies.reports.open_questions import NAMED, open_questions
from paldies.store.database import Database
from paldies.store.schema import messages
from tests.factories import NOON, RIGA
from tests.rows import add_customer, add_order, plans, publish_campaign

DAY = timedelta(days=1)
BY = """
title = "The first day"
trigger = "order.confirmed"

[[steps]]
name = "1_right_choice"
after = "20m"
channels = ["{channel}"]
purpose = "service"
"""


def planned(database: Database, count: int, *, channel: str = "email") -> Sequence[int]:
    """Messages to as many customers, by row."""
    with database.session() as session:
        publish_campaign(session, BY.format(channel=channel))
        for _ in range(count):
            add_order(session, add_customer(session), EventKind.CONFIRMED)
        plan_new_events(session, plans(), RIGA, now=NOON)
        return session.scalars(select(messages.c.id).order_by(messages.c.id)).all()


def put(database: Database, number: int, status: MessageStatus, reason: Reason, **more: object) -> None:
    values = {"status": status.value, "reason": reason.value, **more}
    database.now(lambda s: s.execute(update(messages).where(messages.c.id == number).values(values)))


def test_nothing_is_asked_where_nothing_is_open(database: Database) -> None:
    planned(database, 1)

    assert database.look(open_questions, NOON - DAY) == []


def test_each_kind_of_question_has_its_command(database: Database) -> None:
    restored, in_doubt, given_up, long_ago = planned(database, 4)
    put(database, restored, MessageStatus.HELD, Reason.RESTORED)
    put(database, in_doubt, MessageStatus.UNCONFIRMED, Reason.UNCONFIRMED)
    put(database, given_up, MessageStatus.FAILED, Reason.UNCONFIRMED, ended_at=NOON)
    put(database, long_ago, MessageStatus.FAILED, Reason.UNCONFIRMED, ended_at=NOON - 2 * DAY)

    held, doubt, gone = database.look(open_questions, NOON - DAY)

    assert Reason.RESTORED.sentence in held
    assert "paldies messages list --status held" in held
    assert f"paldies messages settle {in_doubt} --sent, or --not-sent" in doubt
    assert f"paldies messages settle {given_up} --sent" in gone


def test_of_many_only_some_are_named(database: Database) -> None:
    for number in planned(database, NAMED + 3):
        put(database, number, MessageStatus.UNCONFIRMED, Reason.UNCONFIRMED)

    (line,) = database.look(open_questions, NOON - DAY)

    assert f"nobody knows: {NAMED + 3}." in line
    assert "3 more are in: paldies messages list" in line


@pytest.mark.parametrize("was_sent", [True, False])
@pytest.mark.parametrize("channel", ["email", "sms", "call", "task"])
@pytest.mark.parametrize("status", [MessageStatus.UNCONFIRMED, MessageStatus.FAILED])
def test_a_person_ends_a_doubt_on_every_channel(
    database: Database, channel: str, was_sent: bool, status: MessageStatus
) -> None:
    (number,) = planned(database, 1, channel=channel)
    put(database, number, status, Reason.UNCONFIRMED, claimed_at=NOON, claim_id="c1")
    (key,) = database.look(lambda session: session.scalars(select(messages.c.key)).all())

    (handled,) = database.now(by_hand.settle, [key], was_sent=was_sent, now=NOON)

    row = database.look(lambda session: session.execute(select(messages)).one())
    assert handled.is_done
    assert row.status == (MessageStatus.SENT if was_sent else MessageStatus.SCHEDULED)
    assert row.released_at == (None if was_sent else NOON)
    assert database.look(open_questions, NOON - DAY) == []
