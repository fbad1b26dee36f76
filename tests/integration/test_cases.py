"""Complaints: what opens, holds up and ends them, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.outbox import pausing
from paldies.replies.cases import LONGEST, CaseIsFull, add_to, close_case, open_case
from paldies.store.database import Database
from paldies.store.schema import cases, messages, orders
from tests.factories import NOON
from tests.rows import add_customer
from tests.sent import is_claimed, revision, send_one

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def alice(session: Session) -> tuple[int, int]:
    """She and her order, about which one message was sent and one waits."""
    send_one(session)
    row = session.execute(select(orders.c.customer_id, orders.c.id)).one()
    return row.customer_id, row.id


def park(session: Session, reason: Reason = Reason.CASE_OPEN, **values: Any) -> None:
    """The message that waits, as the policy parks it at noon."""
    session.execute(
        update(messages)
        .where(messages.c.status == MessageStatus.SCHEDULED.value)
        .values(parked_at=NOON, reason=reason.value, **values)
    )


def waiting(session: Session) -> Any:
    return (
        session.execute(select(messages).where(messages.c.status == MessageStatus.SCHEDULED.value))
        .mappings()
        .one()
    )


def case(session: Session, number: int) -> Any:
    return session.execute(select(cases).where(cases.c.id == number)).mappings().one()


def test_what_is_said_about_the_same_order_goes_into_the_open_case(database: Database) -> None:
    with database.session() as session:
        customer, order = alice(session)

        first = open_case(session, customer, order_id=order, text="It leaks.", now=NOON)
        again = open_case(session, customer, order_id=order, text="Still.", now=NOON + HOUR)
        other = open_case(session, customer, order_id=None, text="And your shop is cold.", now=NOON + HOUR)

        assert again == first
        assert other != first
        assert (case(session, first)["text"], case(session, first)["opened_at"]) == (
            "It leaks.\n\nStill.",
            NOON,
        )


def test_what_is_said_after_a_case_was_closed_opens_another(database: Database) -> None:
    with database.session() as session:
        customer, _ = alice(session)
        first = open_case(session, customer, order_id=None, text="It leaks.", now=NOON)

        closed = close_case(session, first, resolution="Sent a new one", by="Anna", now=NOON + HOUR)
        second = open_case(session, customer, order_id=None, text="So does that.", now=NOON + DAY)

        assert closed == 0
        assert second != first
        ended = case(session, first)
        assert (ended["closed_at"], ended["closed_by"], ended["resolution"]) == (
            NOON + HOUR,
            "Anna",
            "Sent a new one",
        )


def test_the_same_words_sent_twice_are_kept_once_but_later_ones_are_not_taken_for_them(
    database: Database,
) -> None:
    with database.session() as session:
        customer, _ = alice(session)
        number = open_case(session, customer, order_id=None, text="Nothing works.", now=NOON)

        for text in ("Nothing works.", "No", "No", "Nothing works."):
            add_to(session, number, text)

        assert case(session, number)["text"] == "Nothing works.\n\nNo\n\nNothing works."


def test_a_case_that_is_full_takes_nothing_more(database: Database) -> None:
    with database.session() as session:
        customer, _ = alice(session)
        number = open_case(session, customer, order_id=None, text="a" * LONGEST, now=NOON)

        with pytest.raises(CaseIsFull):
            add_to(session, number, "b")

        assert case(session, number)["text"] == "a" * LONGEST


def test_a_case_that_opens_or_closes_while_a_message_is_judged_makes_its_claim_too_late(
    database: Database,
) -> None:
    with database.session() as session:
        customer, _ = alice(session)
        seen = revision(session)

        number = open_case(session, customer, order_id=None, text="It leaks.", now=NOON)

        assert not is_claimed(session, waiting(session), seen=seen)
        seen = revision(session)
        close_case(session, number, resolution="Mended", by="Anna", now=NOON)
        assert not is_claimed(session, waiting(session), seen=seen)
        assert is_claimed(session, waiting(session), seen=revision(session))


def test_closing_lets_go_on_what_waited_and_gives_it_the_time_back(database: Database) -> None:
    with database.session() as session:
        customer, _ = alice(session)
        number = open_case(session, customer, order_id=None, text="It leaks.", now=NOON)
        park(session, send_at=NOON, expires_at=NOON + 12 * HOUR)

        freed = close_case(session, number, resolution="Mended", by="Anna", now=NOON + 2 * DAY)

        assert freed == 1
        after = waiting(session)
        assert (after["parked_at"], after["reason"]) == (None, "")
        assert (after["send_at"], after["expires_at"]) == (NOON, NOON + 2 * DAY + 12 * HOUR)


def test_what_had_no_deadline_yet_gets_one_from_when_it_goes_on(database: Database) -> None:
    with database.session() as session:
        customer, _ = alice(session)
        number = open_case(session, customer, order_id=None, text="It leaks.", now=NOON)
        park(session, send_at=NOON - HOUR, expires_at=None)

        close_case(session, number, resolution="Mended", by="Anna", now=NOON + 2 * DAY)

        after = waiting(session)
        assert (after["send_at"], after["expires_at"]) == (NOON - HOUR + 2 * DAY, None)


def test_it_waits_on_while_another_case_is_open(database: Database) -> None:
    with database.session() as session:
        customer, order = alice(session)
        first = open_case(session, customer, order_id=None, text="It leaks.", now=NOON)
        second = open_case(session, customer, order_id=order, text="And it is late.", now=NOON)
        park(session)

        after_one = close_case(session, first, resolution="Mended", by="Anna", now=NOON + HOUR)
        still_parked = waiting(session)["parked_at"]
        after_both = close_case(session, second, resolution="Came", by="Anna", now=NOON + DAY)

        assert (after_one, still_parked, after_both) == (0, NOON, 1)


def test_what_waits_for_a_paused_campaign_waits_on(database: Database) -> None:
    with database.session() as session:
        customer, _ = alice(session)
        number = open_case(session, customer, order_id=None, text="It leaks.", now=NOON)
        pausing.pause(session, "listening", NOON)
        park(session, Reason.PAUSED)

        freed = close_case(session, number, resolution="Mended", by="Anna", now=NOON + HOUR)

        assert (freed, waiting(session)["parked_at"]) == (0, NOON)
        assert pausing.resume(session, "listening") == 1
        assert waiting(session)["parked_at"] is None


def test_a_case_is_closed_once(database: Database) -> None:
    with database.session() as session:
        customer, _ = alice(session)
        number = open_case(session, customer, order_id=None, text="It leaks.", now=NOON)

        answers = [
            close_case(session, number, resolution=word, by="Anna", now=NOON) for word in ("Mended", "Twice")
        ]

        assert answers == [0, None]
        assert case(session, number)["resolution"] == "Mended"
        assert close_case(session, number + 1, resolution="?", by="Anna", now=NOON) is None


def test_another_customers_messages_are_left_alone(database: Database) -> None:
    with database.session() as session:
        alice(session)
        boris = add_customer(session, "Boris")
        number = open_case(session, boris, order_id=None, text="It leaks.", now=NOON)
        park(session)

        freed = close_case(session, number, resolution="Mended", by="Anna", now=NOON + HOUR)

        assert (freed, waiting(session)["parked_at"]) == (0, NOON)
