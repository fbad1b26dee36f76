"""A campaign started by a person, on both databases."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from paldies.campaigns import keys
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EnrolmentState, EventKind
from paldies.outbox.planning import plan_new_events
from paldies.outbox.plans import Running
from paldies.outbox.subjects import Found, Subject, customers_at, named_orders, orders_in_segment
from paldies.outbox.triggering import CHUNK, Tally, chunks, enter, try_out
from paldies.store.database import Database
from paldies.store.schema import customers, enrolments, messages
from tests.factories import NOON, RIGA
from tests.rows import THE_FIRST_DAY, add_customer, add_order, plans, publish_campaign

LATER = NOON + timedelta(days=3)
BY_HAND = THE_FIRST_DAY.replace("order.confirmed", "manual")


def running(session: Session, source: str = BY_HAND) -> Running:
    publish_campaign(session, source)
    return plans().running(session)[0]


def orders(session: Session, *names: str) -> Found:
    return named_orders(session, names)


def start(session: Session, campaign: Running, found: Found, *, is_confirmed: bool = True) -> Tally:
    return enter(session, campaign, found.subjects, home_zone=RIGA, is_confirmed=is_confirmed, now=LATER)


def all_keys(session: Session) -> list[str]:
    return list(session.scalars(select(enrolments.c.key).order_by(enrolments.c.id)))


def end_all(session: Session) -> None:
    session.execute(update(enrolments).values(state=EnrolmentState.FINISHED))


def count_messages(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(messages)).one()


def test_an_order_enters_and_its_steps_count_from_now(database: Database) -> None:
    with database.session() as session:
        campaign = running(session)
        add_order(session, add_customer(session), external_id="7", number="#1007")

        tally = start(session, campaign, orders(session, "1007"))

        assert tally == Tally(entered=1)
        assert all_keys(session) == ["first_day/store:7/manual.1"]
        first = session.scalars(select(messages.c.send_at).order_by(messages.c.id)).first()
        assert first == LATER + timedelta(minutes=20)


def test_orders_are_found_by_the_shops_id_and_by_their_number(database: Database) -> None:
    with database.session() as session:
        alice = add_customer(session)
        seven = add_order(session, alice, external_id="7", number="#1007")
        eight = add_order(session, alice, external_id="8", number="1008")

        found = named_orders(session, ["7", "#1008", "9999"])

        assert [subject.order_id for subject in found.subjects] == [seven, eight]
        assert found.unknown == ("9999",)


def test_a_second_start_has_an_ordinal_of_its_own(database: Database) -> None:
    with database.session() as session:
        campaign = running(session)
        add_order(session, add_customer(session), external_id="7")
        start(session, campaign, orders(session, "7"))
        end_all(session)

        start(session, campaign, orders(session, "7"))

        assert all_keys(session) == ["first_day/store:7/manual.1", "first_day/store:7/manual.2"]


def test_nobody_is_inside_a_campaign_twice_for_one_order(database: Database) -> None:
    with database.session() as session:
        campaign = running(session, THE_FIRST_DAY)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="7")
        plan_new_events(session, plans(), RIGA, now=NOON)

        tally = start(session, campaign, orders(session, "7"))

        assert tally == Tally(inside=1)
        assert all_keys(session) == ["first_day/store:7/order.confirmed.1"]


def test_the_campaigns_own_condition_still_decides(database: Database) -> None:
    with database.session() as session:
        campaign = running(session, 'who = "order.total >= 100"\n' + BY_HAND)
        alice = add_customer(session)
        add_order(session, alice, external_id="7", total=5000)
        add_order(session, alice, external_id="8", total=50000, at=NOON + timedelta(hours=9))

        tally = start(session, campaign, orders(session, "7", "8"))

        assert tally == Tally(entered=1, declined=Counter({Reason.WHO: 1}))


def test_two_orders_placed_together_share_one_passage(database: Database) -> None:
    with database.session() as session:
        campaign = running(session)
        alice = add_customer(session)
        add_order(session, alice, external_id="7")
        add_order(session, alice, external_id="8", at=NOON + timedelta(minutes=30))

        tally = start(session, campaign, orders(session, "7", "8"))

        assert tally == Tally(entered=1, joined=1)


def test_only_an_unconfirmed_start_counts_for_the_blast_breaker(database: Database) -> None:
    with database.session() as session:
        campaign = running(session)
        add_order(session, add_customer(session), external_id="7")
        add_order(session, add_customer(session, "Boris"), external_id="8")

        start(session, campaign, orders(session, "7"), is_confirmed=True)
        start(session, campaign, orders(session, "8"), is_confirmed=False)

        late = session.scalars(select(messages.c.is_late_seen).order_by(messages.c.id))
        assert late.all() == [False, False, True, True]


def test_customers_are_found_by_any_address_they_ordered_with(database: Database) -> None:
    with database.session() as session:
        alice = add_customer(session)
        add_order(session, alice, at=NOON - timedelta(days=9), email="old@example.com")
        latest = add_order(session, alice)
        uuid = session.scalars(select(customers.c.uuid)).one()

        found = customers_at(session, ["old@example.com", "nobody@example.com"])

        assert found.subjects == (Subject(keys.customer_subject(UUID(uuid)), alice, latest),)
        assert found.unknown == ("nobody@example.com",)


def test_a_merged_customer_enters_as_whom_they_were_merged_into(database: Database) -> None:
    with database.session() as session:
        alice = add_customer(session)
        add_customer(session, "Alise", merged_into=alice)

        found = customers_at(session, ["alise@example.com"])

        assert [subject.customer_id for subject in found.subjects] == [alice]


def test_a_customer_may_enter_again_whatever_order_the_message_speaks_of(database: Database) -> None:
    with database.session() as session:
        campaign = running(session)
        add_order(session, add_customer(session), external_id="7")
        start(session, campaign, orders(session, "7"))
        end_all(session)

        first = start(session, campaign, customers_at(session, ["alice@example.com"]))
        end_all(session)
        second = start(session, campaign, customers_at(session, ["alice@example.com"]))

        assert first == second == Tally(entered=1)
        assert [key.rpartition("/")[2] for key in all_keys(session)] == ["manual.1", "manual.1", "manual.2"]


def test_a_customer_does_not_enter_again_too_soon(database: Database) -> None:
    with database.session() as session:
        campaign = running(session, 'again_after = "30d"\n' + BY_HAND)
        add_order(session, add_customer(session))
        start(session, campaign, customers_at(session, ["alice@example.com"]))
        end_all(session)

        tally = start(session, campaign, customers_at(session, ["alice@example.com"]))

        assert tally == Tally(declined=Counter({Reason.AGAIN_TOO_SOON: 1}))


def test_a_segment_is_asked_of_every_order_and_says_what_it_cannot_judge(database: Database) -> None:
    with database.session() as session:
        alice, boris = add_customer(session), add_customer(session, "Boris")
        dear = add_order(session, alice, total=50000)
        add_order(session, alice, total=1000)
        add_order(session, boris, total=70000, currency="USD", number="#7")

    found = list(orders_in_segment(database, "order.total > 100", RIGA))
    unclear = list(orders_in_segment(database, "order.delivered_at > order.placed_at", RIGA))

    assert dear in [subject.order_id for subject in found[0].subjects]
    assert len(found[0].subjects) == 2
    assert len(unclear[0].unknown) == 3 and "order #7" in unclear[0].unknown[2]


def test_trying_out_says_the_same_and_writes_nothing(database: Database) -> None:
    with database.session() as session:
        campaign = running(session)
        alice = add_customer(session)
        add_order(session, alice, external_id="7")
        add_order(session, alice, external_id="8")
        found = orders(session, "7", "8")

    tried = try_out(database, campaign, found.subjects, home_zone=RIGA, now=LATER)

    with database.session() as session:
        assert (all_keys(session), count_messages(session)) == ([], 0)
        assert tried == start(session, campaign, found) == Tally(entered=1, joined=1)


def test_the_orders_of_one_customer_are_judged_together() -> None:
    subjects = [Subject(f"store:{number}", number // 3, number) for number in range(CHUNK * 2)]

    pieces = list(chunks(subjects))

    owners = [{subject.customer_id for subject in piece} for piece in pieces]
    assert sum(map(len, pieces)) == len(subjects)
    assert all(not (one & other) for one, other in pairwise(owners))
