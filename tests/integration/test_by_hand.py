"""What a person does to messages, and to a whole campaign, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EnrolmentState, EventKind, MessageStatus
from paldies.outbox import by_hand, pausing
from paldies.outbox.planning import plan_new_events
from paldies.store.database import Database
from paldies.store.schema import attempts, campaigns, enrolments, messages
from tests.factories import NOON, RIGA
from tests.rows import add_customer, add_order, plans, publish_campaign
from tests.sent import is_claimed, revision

LATER = NOON + timedelta(hours=1)


def two_messages(session: Session) -> list[str]:
    """The keys of Alice's two messages of the first day."""
    publish_campaign(session)
    add_order(session, add_customer(session), EventKind.CONFIRMED)
    plan_new_events(session, plans(), RIGA, now=NOON)
    return list(session.scalars(select(messages.c.key).order_by(messages.c.id)))


def put(session: Session, key: str, status: MessageStatus, reason: str = "", **values: Any) -> None:
    """Brings a message into a state."""
    session.execute(
        update(messages).where(messages.c.key == key).values(status=status, reason=reason, **values)
    )


def state_of(session: Session, key: str) -> Any:
    return session.execute(select(messages).where(messages.c.key == key)).mappings().one()


def passage(session: Session) -> Any:
    return session.execute(select(enrolments)).mappings().one()


def test_a_cancelled_message_says_that_a_person_did_it(database: Database) -> None:
    with database.session() as session:
        first, second = two_messages(session)

        (handled,) = by_hand.cancel(session, [first], now=LATER)

        assert handled.is_done
        row = state_of(session, first)
        assert (row["status"], row["reason"], row["ended_at"]) == ("cancelled", Reason.BY_HAND, LATER)
        assert state_of(session, second)["status"] == MessageStatus.SCHEDULED
        assert passage(session)["state"] == EnrolmentState.OPEN


def test_a_parked_message_can_be_cancelled(database: Database) -> None:
    with database.session() as session:
        first, _ = two_messages(session)
        put(session, first, MessageStatus.SCHEDULED, Reason.PAUSED, parked_at=NOON)

        by_hand.cancel(session, [first], now=LATER)

        assert state_of(session, first)["parked_at"] is None


def test_cancelling_all_that_is_left_ends_the_passage(database: Database) -> None:
    with database.session() as session:
        keys = two_messages(session)

        by_hand.cancel(session, keys, now=LATER)

        assert passage(session)["state"] == EnrolmentState.FINISHED


def test_a_claim_decided_before_a_cancellation_comes_too_late(database: Database) -> None:
    with database.session() as session:
        first, _ = two_messages(session)
        seen = revision(session)
        by_hand.cancel(session, [first], now=LATER)

        assert not is_claimed(session, state_of(session, first), seen=seen)

        assert state_of(session, first)["status"] == MessageStatus.CANCELLED


def test_a_claim_decided_before_anything_is_done_by_hand_is_decided_again(database: Database) -> None:
    with database.session() as session:
        first, second = two_messages(session)
        seen = revision(session)
        by_hand.cancel(session, [first], now=LATER)

        assert not is_claimed(session, state_of(session, second), seen=seen)
        assert is_claimed(session, state_of(session, second), seen=revision(session))


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (MessageStatus.SENDING, "leaving"),
        (MessageStatus.UNCONFIRMED, "settle"),
        (MessageStatus.SENT, "sent already"),
        (MessageStatus.SKIPPED, "skipped already"),
    ],
)
def test_what_has_left_or_ended_is_not_cancelled(database: Database, status: MessageStatus, why: str) -> None:
    with database.session() as session:
        first, _ = two_messages(session)
        put(session, first, status)

        (handled,) = by_hand.cancel(session, [first], now=LATER)

        assert not handled.is_done and why in handled.sentence
        assert state_of(session, first)["status"] == status


def test_an_unknown_message_is_said_to_be_unknown(database: Database) -> None:
    with database.session() as session:
        (handled,) = by_hand.cancel(session, ["first_day/store:0/order.confirmed.1/1/1"], now=LATER)

        assert not handled.is_done and "no such message" in handled.sentence


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (MessageStatus.FAILED, Reason.REFUSED),
        (MessageStatus.FAILED, Reason.GAVE_UP),
        (MessageStatus.CANCELLED, Reason.BY_HAND),
    ],
)
def test_what_surely_never_left_is_tried_again_with_a_new_deadline(
    database: Database, status: MessageStatus, reason: Reason
) -> None:
    with database.session() as session:
        first, second = two_messages(session)
        put(session, first, status, reason, ended_at=NOON, expires_at=NOON)
        put(session, second, MessageStatus.SENT)
        session.execute(update(enrolments).values(state=EnrolmentState.FINISHED, ended_at=NOON))

        (handled,) = by_hand.retry(session, [first], now=LATER)

        assert handled.is_done
        row = state_of(session, first)
        assert (row["status"], row["send_at"], row["expires_at"]) == ("scheduled", LATER, None)
        assert row["ended_at"] is None
        assert passage(session)["state"] == EnrolmentState.OPEN


@pytest.mark.parametrize(
    ("status", "reason", "why"),
    [
        (MessageStatus.UNCONFIRMED, Reason.UNCONFIRMED, "settle"),
        (MessageStatus.FAILED, Reason.UNCONFIRMED, "settle"),
        (MessageStatus.FAILED, Reason.BOUNCED, "not sure"),
        (MessageStatus.SKIPPED, Reason.NO_CONSENT, "not agreed"),
        (MessageStatus.CANCELLED, Reason.ORDER_REFUNDED, "refunded"),
        (MessageStatus.SENT, "", "it is sent"),
        (MessageStatus.SCHEDULED, "", "it is scheduled"),
    ],
)
def test_nothing_is_tried_again_where_it_could_do_harm(
    database: Database, status: MessageStatus, reason: str, why: str
) -> None:
    with database.session() as session:
        first, _ = two_messages(session)
        put(session, first, status, reason)

        (handled,) = by_hand.retry(session, [first], now=LATER)

        assert not handled.is_done and why in handled.sentence
        assert state_of(session, first)["status"] == status


def test_nothing_is_tried_again_for_an_order_that_was_refunded_since(database: Database) -> None:
    with database.session() as session:
        first, _ = two_messages(session)
        put(session, first, MessageStatus.FAILED, Reason.REFUSED)
        session.execute(update(enrolments).values(state=EnrolmentState.STOPPED, reason="order_refunded"))

        (handled,) = by_hand.retry(session, [first], now=LATER)

        assert not handled.is_done and "refunded" in handled.sentence


def test_nothing_is_tried_again_once_another_channel_has_taken_over(database: Database) -> None:
    with database.session() as session:
        first, second = two_messages(session)
        put(session, first, MessageStatus.FAILED, Reason.REFUSED)
        put(session, second, MessageStatus.SENT, step="1_right_choice", leg=2, channel="task")

        (handled,) = by_hand.retry(session, [first], now=LATER)

        assert not handled.is_done and "task has taken over" in handled.sentence


@pytest.mark.parametrize(
    ("status", "reason"),
    [(MessageStatus.UNCONFIRMED, Reason.UNCONFIRMED), (MessageStatus.FAILED, Reason.UNCONFIRMED)],
)
def test_a_doubt_is_settled_as_sent(database: Database, status: MessageStatus, reason: Reason) -> None:
    with database.session() as session:
        first, second = two_messages(session)
        assert is_claimed(session, state_of(session, first), seen=revision(session), at=LATER)
        put(session, first, status, reason)
        put(session, second, MessageStatus.SKIPPED)

        (handled,) = by_hand.settle(session, [first], was_sent=True, now=LATER + timedelta(hours=5))

        assert handled.is_done
        row = state_of(session, first)
        assert (row["status"], row["reason"], row["sent_at"]) == ("sent", "", LATER)
        assert session.scalars(select(attempts.c.outcome)).all() == ["sent"]
        assert passage(session)["state"] == EnrolmentState.FINISHED


def test_a_doubt_settled_as_not_sent_goes_again_within_its_deadline(database: Database) -> None:
    with database.session() as session:
        first, _ = two_messages(session)
        assert is_claimed(session, state_of(session, first), seen=revision(session), at=LATER)
        deadline = state_of(session, first)["expires_at"]
        put(session, first, MessageStatus.UNCONFIRMED, Reason.UNCONFIRMED)

        by_hand.settle(session, [first], was_sent=False, now=LATER)

        row = state_of(session, first)
        assert (row["status"], row["send_at"], row["expires_at"]) == ("scheduled", LATER, deadline)
        assert (row["claim_id"], row["rfc_id"]) == (None, "m@example.com")


def test_what_is_in_no_doubt_is_not_settled(database: Database) -> None:
    with database.session() as session:
        first, _ = two_messages(session)

        (handled,) = by_hand.settle(session, [first], was_sent=True, now=LATER)

        assert not handled.is_done and "no doubt" in handled.sentence


def test_an_approved_message_keeps_its_planned_moment(database: Database) -> None:
    with database.session() as session:
        first, _ = two_messages(session)
        planned = NOON + timedelta(hours=20)
        put(session, first, MessageStatus.HELD, Reason.APPROVAL, send_at=planned)

        by_hand.approve(session, [first], now=LATER)

        row = state_of(session, first)
        assert (row["status"], row["send_at"], row["approved_at"]) == ("scheduled", planned, LATER)


@pytest.mark.parametrize("reason", [Reason.TEMPLATE_FAULT, Reason.CONDITION_FAULT, Reason.RESTORED])
def test_what_is_held_for_another_cause_goes_on_without_being_approved(
    database: Database, reason: Reason
) -> None:
    with database.session() as session:
        first, _ = two_messages(session)
        put(session, first, MessageStatus.HELD, reason, note="why")

        by_hand.approve(session, [first], now=LATER)

        row = state_of(session, first)
        assert (row["status"], row["reason"], row["note"]) == ("scheduled", "", "")
        assert row["approved_at"] is None


def test_what_was_held_for_its_volume_no_longer_counts_for_it(database: Database) -> None:
    with database.session() as session:
        first, _ = two_messages(session)
        put(session, first, MessageStatus.HELD, Reason.UNUSUAL_VOLUME, is_late_seen=True)

        by_hand.approve(session, [first], now=LATER)

        assert not state_of(session, first)["is_late_seen"]


def test_only_what_waits_for_a_person_is_approved(database: Database) -> None:
    with database.session() as session:
        first, _ = two_messages(session)

        (handled,) = by_hand.approve(session, [first], now=LATER)

        assert not handled.is_done and "does not wait" in handled.sentence


def test_messages_are_listed_a_chunk_at_a_time(database: Database) -> None:
    with database.session() as session:
        first, second = two_messages(session)
        put(session, second, MessageStatus.HELD)

        everything = by_hand.next_keys(session, by_hand.CANCELLABLE, campaign="first_day")
        held = by_hand.next_keys(session, [MessageStatus.HELD])
        rest = by_hand.next_keys(session, by_hand.CANCELLABLE, after=everything[0][0])

    assert [key for _, key in everything] == [first, second]
    assert [key for _, key in held] == [key for _, key in rest] == [second]


def test_a_resumed_campaign_lets_go_of_what_waited_for_it_and_of_nothing_else(database: Database) -> None:
    with database.session() as session:
        first, second = two_messages(session)
        assert pausing.pause(session, "first_day", NOON)
        assert not pausing.pause(session, "first_day", LATER)
        put(session, first, MessageStatus.SCHEDULED, Reason.PAUSED, parked_at=NOON)
        put(session, second, MessageStatus.SCHEDULED, Reason.CASE_OPEN, parked_at=NOON)

        freed = pausing.resume(session, "first_day")

        assert freed == 1
        assert state_of(session, first)["parked_at"] is None
        assert state_of(session, second)["parked_at"] == NOON
        assert session.scalars(select(campaigns.c.paused_at)).all() == [None]
        assert pausing.resume(session, "first_day") is None
