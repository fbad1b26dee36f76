"""What has happened to orders starts campaigns, and stops them, on both databases."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.outbox.enrolling import Enrolled
from paldies.outbox.planning import Planned, plan_new_events
from paldies.outbox.plans import Plans
from paldies.store.database import Database
from paldies.store.schema import enrolments, messages
from tests.factories import NOON, RIGA
from tests.rows import THE_FIRST_DAY, add_customer, add_event, add_order, plans, publish_campaign

HOUR = timedelta(hours=1)


def run_plan(session: Session, known: Plans | None = None, *, now: datetime = NOON + HOUR) -> Planned:
    return plan_new_events(session, known or plans(), RIGA, now=now)


def all_enrolments(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(enrolments.c.state, enrolments.c.reason).order_by(enrolments.c.id))
    return [(row.state, row.reason) for row in rows]


def all_messages(session: Session) -> list[Any]:
    return list(session.execute(select(messages).order_by(messages.c.id)))


def test_a_confirmed_order_gets_the_first_leg_of_every_step(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        order = add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="a/1")

        planned = run_plan(session)

        assert planned == Planned(events=1, enrolled=Enrolled(entered=1))
        found = all_messages(session)
    assert order
    assert [(row.key, row.send_at - NOON) for row in found] == [
        ("first_day/store:a%2F1/order.confirmed.1/1_right_choice/1", timedelta(minutes=20)),
        ("first_day/store:a%2F1/order.confirmed.1/2_thank_you/1", timedelta(hours=20)),
    ]


def test_planning_again_changes_nothing(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED)
        run_plan(session)

        again = run_plan(session)

        assert again == Planned()
        assert len(all_messages(session)) == 2


def test_history_starts_nothing(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        order = add_order(session, add_customer(session))
        add_event(session, order, EventKind.CONFIRMED, is_history=True)

        run_plan(session)

        assert all_enrolments(session) == []


def test_what_was_seen_before_the_campaign_was_published_starts_nothing(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, at=NOON + HOUR)
        add_order(session, add_customer(session), EventKind.CONFIRMED)

        run_plan(session, now=NOON + HOUR)

        assert all_enrolments(session) == []


def test_a_clock_that_is_behind_the_campaigns_publication_keeps_nobody_out(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, at=NOON + HOUR)
        add_order(session, add_customer(session), EventKind.CONFIRMED)

        run_plan(session, now=NOON)

        assert all_enrolments(session) == [("open", "")]


def test_a_clock_that_was_behind_and_is_right_again_keeps_nobody_out_either(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, at=NOON + HOUR)
        add_order(session, add_customer(session), EventKind.PLACED, seen_at=NOON + 2 * HOUR)
        add_order(
            session, add_customer(session, "Boris"), EventKind.CONFIRMED
        )  # seen later, and dated earlier

        run_plan(session, now=NOON + 2 * HOUR)

        assert all_enrolments(session) == [("open", "")]


def test_an_order_that_nobody_asked_for_has_a_row_that_says_so(database: Database) -> None:
    with database.session() as session:
        publish_campaign(
            session, THE_FIRST_DAY.replace("[[steps]]", 'who = "order.total >= 100"\n[[steps]]', 1)
        )
        add_order(session, add_customer(session), EventKind.CONFIRMED)

        planned = run_plan(session)

        assert planned.enrolled == Enrolled(declined=1)
        assert all_enrolments(session) == [("declined", "who")]
        assert all_messages(session) == []


def test_two_orders_within_two_hours_share_one_passage(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        alice = add_customer(session)
        add_order(session, alice, EventKind.CONFIRMED)
        add_order(session, alice, EventKind.CONFIRMED, at=NOON + HOUR)

        run_plan(session)

        assert all_enrolments(session) == [("open", ""), ("joined", "joined")]
        assert len(all_messages(session)) == 2


def test_a_cancelled_order_stops_and_the_one_that_shared_its_passage_goes_on(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        alice = add_customer(session)
        first = add_order(session, alice, EventKind.CONFIRMED)
        add_order(session, alice, EventKind.CONFIRMED, at=NOON + HOUR)
        run_plan(session)
        session.execute(messages.update().where(messages.c.step == "1_right_choice").values(status="sent"))

        add_event(session, first, EventKind.CANCELLED, at=NOON + 2 * HOUR)
        planned = run_plan(session)

        assert planned.stopped == 1
        assert all_enrolments(session) == [("stopped", "order_cancelled"), ("open", "")]
        assert [(row.step, row.status, row.reason) for row in all_messages(session)] == [
            ("1_right_choice", "sent", ""),
            ("2_thank_you", "cancelled", "order_cancelled"),
            ("1_right_choice", "skipped", "already_said"),
            ("2_thank_you", "scheduled", ""),
        ]


def test_an_order_that_was_cancelled_before_it_was_confirmed_is_stopped_at_once(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        order = add_order(session, add_customer(session), EventKind.CANCELLED)
        run_plan(session)

        add_event(session, order, EventKind.CONFIRMED)
        run_plan(session)

        assert all_enrolments(session) == [("stopped", "order_cancelled")]
        assert {row.status for row in all_messages(session)} == {"cancelled"}


def test_a_second_part_shipment_is_an_occurrence_of_its_own(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, THE_FIRST_DAY.replace("order.confirmed", "order.part_shipped"))
        order = add_order(session, add_customer(session), EventKind.PART_SHIPPED)
        add_event(session, order, EventKind.PART_SHIPPED, at=NOON + HOUR, ordinal=2)

        run_plan(session)

        assert all_enrolments(session) == [("open", ""), ("open", "")]


def test_an_event_seen_late_marks_its_messages_for_the_blast_breaker(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, at=NOON - 2 * HOUR, seen_at=NOON)

        run_plan(session)

        assert {row.is_late_seen for row in all_messages(session)} == {True}


AGAIN = THE_FIRST_DAY.replace(
    "\n[[steps]]", 'again_after = "30d"\nstop_on = ["order.cancelled"]\n\n[[steps]]', 1
)


def test_of_two_orders_found_together_the_one_that_happened_first_speaks_for_both(
    database: Database,
) -> None:
    with database.session() as session:
        publish_campaign(session)
        alice = add_customer(session)
        add_order(session, alice, EventKind.CONFIRMED, at=NOON + HOUR)
        first = add_order(session, alice, EventKind.CONFIRMED)

        run_plan(session)

        entered = session.execute(select(enrolments.c.order_id).where(enrolments.c.state == "open"))
        assert entered.scalars().all() == [first]


def test_an_order_that_was_cancelled_keeps_nobody_out_though_all_is_found_at_once(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, AGAIN)
        alice = add_customer(session)
        add_order(session, alice, EventKind.CONFIRMED, EventKind.CANCELLED)
        add_order(session, alice, EventKind.CONFIRMED, at=NOON + 5 * HOUR)

        run_plan(session)

        assert all_enrolments(session) == [("stopped", "order_cancelled"), ("open", "")]


def test_a_cancellation_found_with_the_next_order_keeps_nobody_out(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, AGAIN)
        alice = add_customer(session)
        first = add_order(session, alice, EventKind.CONFIRMED)
        run_plan(session)

        add_order(session, alice, EventKind.CONFIRMED, at=NOON + 5 * HOUR)
        add_event(session, first, EventKind.CANCELLED, at=NOON + 4 * HOUR)
        run_plan(session)

        assert all_enrolments(session) == [("stopped", "order_cancelled"), ("open", "")]


def test_an_order_that_was_spoken_for_stays_so_when_it_is_cancelled_afterwards(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, AGAIN)
        alice = add_customer(session)
        add_order(session, alice, EventKind.CONFIRMED)
        shared = add_order(session, alice, EventKind.CONFIRMED, at=NOON + HOUR)
        run_plan(session)
        session.execute(messages.update().values(status="sent"))
        session.execute(enrolments.update().where(enrolments.c.state == "open").values(state="finished"))

        add_event(session, shared, EventKind.CANCELLED, at=NOON + 48 * HOUR)
        planned = run_plan(session)

        assert planned.stopped == 0
        assert all_enrolments(session) == [("finished", ""), ("joined", "joined")]


def test_an_event_that_cannot_be_planned_costs_the_others_nothing(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, THE_FIRST_DAY.replace("[[steps]]", 'who = "order.total > 1"\n[[steps]]', 1))
        add_order(session, add_customer(session, "Alice"), EventKind.CONFIRMED)
        add_order(session, add_customer(session, "Boris"), EventKind.CONFIRMED, zones=["Mars/Olympus"])
        add_order(session, add_customer(session, "Carla"), EventKind.CONFIRMED)

        planned = run_plan(session)

        assert planned == Planned(events=3, enrolled=Enrolled(entered=2, declined=1))
        assert all_enrolments(session) == [("open", ""), ("declined", "unforeseen"), ("open", "")]
        assert run_plan(session) == Planned()
