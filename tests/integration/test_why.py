"""Anyone can ask what has happened or will happen to an order, when, and the one reason."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import delete, event, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.channels.base import DeliveryError, Letterhead, Receipt, Rendered
from paldies.customers.suppressions import suppress
from paldies.outbox.batch import Ready, decide_batch
from paldies.outbox.by_hand import retry
from paldies.outbox.claims import Claim
from paldies.outbox.composer import kept, opened
from paldies.outbox.decided import apply
from paldies.outbox.doubt import resolve_doubts
from paldies.outbox.evidence import House, gather
from paldies.outbox.planning import plan_new_events
from paldies.outbox.queue import due
from paldies.outbox.settlements import Settlement
from paldies.outbox.settling import after_error, after_success, in_doubt
from paldies.outbox.waves import write_wave
from paldies.reports.as_json import to_json
from paldies.reports.telling import to_text
from paldies.reports.why import explain
from paldies.store import installation, migrations
from paldies.store.database import Database
from paldies.store.schema import campaigns, messages
from paldies.store.tables import Instance
from tests.factories import NEW_YORK, NOON, RIGA, VLADIVOSTOK
from tests.rows import CHANNELS, THE_FIRST_DAY, add_customer, add_event, add_order, plans, publish_campaign

MINUTES, HOURS, DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOUSE = House(home_zone=RIGA, has_way_out=True)
CALL_OR_TASK = """
trigger = "order.confirmed"

[[steps]]
name = "1_reminder"
after = "1h"
channels = ["call", "task"]
purpose = "service"
"""
SHOPPING_HOURS = """
trigger = "order.confirmed"

[[steps]]
name = "1_hello"
after = "1h"
expires = "3d"
channels = ["email"]
purpose = "service"
window = { days = "mon-fri", hours = "10:00-18:00" }
"""
WITH_APPROVAL = """
trigger = "order.confirmed"

[[steps]]
name = "1_letter"
after = "5h"
channels = ["email"]
purpose = "service"
approve = true
"""
STOPPING = THE_FIRST_DAY.replace(
    "\n[[steps]]", 'stop_on = ["order.cancelled", "order.refunded"]\n\n[[steps]]', 1
)
_claims = count(1)


def plan(session: Session, at: timedelta = MINUTES) -> None:
    plan_new_events(session, plans(), RIGA, now=NOON + at)


def look(session: Session, at: timedelta) -> list[Ready]:
    """Decides about all that is due at NOON + `at`, writes it down, and returns what may go."""
    now, known = NOON + at, plans()
    may_go = []
    for traits in CHANNELS.values():
        rows = due(session, traits.name, now, 100)
        briefs = gather(session, rows, traits, plans=known, house=HOUSE, in_hand=())
        ready, decided = decide_batch(briefs)
        apply(session, decided, known)
        may_go += ready
    return may_go


def claim(session: Session, ready: Ready, at: timedelta) -> Claim:
    """The message is on its way from NOON + `at` on."""
    row, address = ready.brief.waiting, ready.brief.facts.address
    says = Rendered(
        "v1", Letterhead("anna@berzs.example"), address, "", "Thank you", "Dear Alice,\n\nthanks."
    )
    made = Claim(
        id=f"c{next(_claims)}",
        message_id=row.id,
        customer_id=row.customer_id,
        revision=row.revision,
        by="test",
        at=NOON + at,
        deadline_at=NOON + at + MINUTES,
        expires_at=ready.decision.expires_at,
        rfc_id="1@berzs.example",
        address=address,
        locale="en",
        text_version="v1",
        content=kept(says),
    )
    assert write_wave(session, [made], []) == {made.id}
    return made


def settle(session: Session, settlement: Settlement) -> None:
    write_wave(session, [], [settlement])


def send_what_is_due(session: Session, at: timedelta) -> None:
    for ready in look(session, at):
        made = claim(session, ready, at)
        settle(session, after_success(ready.brief, made, Receipt("250 queued as 7"), NOON + at))


def told(session: Session, query: str, at: timedelta = 2 * MINUTES) -> dict[str, Any]:
    """The one story that `query` finds, as data."""
    [story] = explain(session, query, plans=plans(), house=HOUSE, now=NOON + at)
    return to_json(story)


def text_of(session: Session, query: str, at: timedelta = 2 * MINUTES) -> str:
    stories = explain(session, query, plans=plans(), house=HOUSE, now=NOON + at)
    return "\n".join(map(to_text, stories))


def outcomes(story: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (step["step"], step["outcome"], step["reason"])
        for passage in story["campaigns"]
        for step in passage["steps"]
    ]


def first_step(story: dict[str, Any]) -> dict[str, Any]:
    step: dict[str, Any] = story["campaigns"][0]["steps"][0]
    return step


def find(session: Session, query: str) -> list[str]:
    return [story.number for story in explain(session, query, plans=plans(), house=HOUSE, now=NOON)]


def test_a_planned_order_says_when_each_step_will_be_looked_at(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)

        story = told(session, "1")

    assert outcomes(story) == [
        ("1_right_choice", "scheduled", "planned"),
        ("2_thank_you", "scheduled", "planned"),
    ]
    assert first_step(story)["at"] == "2026-11-18T10:20:00+00:00"
    assert first_step(story)["sentence"] == "Will be looked at on Wed 18 Nov 12:20."


def test_moments_are_told_by_the_customers_clock_and_the_shops(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        boris = add_customer(session, "Boris")
        add_order(session, boris, EventKind.CONFIRMED, external_id="1", zones=[VLADIVOSTOK])
        carla = add_customer(session, "Carla")
        add_order(
            session, carla, EventKind.CONFIRMED, external_id="2", zones=[NEW_YORK], at=NOON + 14 * HOURS
        )
        plan(session)

        in_vladivostok = first_step(told(session, "1"))
        in_new_york = first_step(told(session, "2"))

    assert in_vladivostok["sentence"] == "Will be looked at on Wed 18 Nov 20:20 (12:20 in Riga)."
    assert in_vladivostok["at_customer"] == "2026-11-18T20:20:00+10:00"
    assert in_vladivostok["at_shop"] == "2026-11-18T12:20:00+02:00"
    assert in_new_york["sentence"] == "Will be looked at on Wed 18 Nov 19:20 (Thu 19 Nov 02:20 in Riga)."


def test_every_campaign_is_told_even_if_the_order_is_not_in_it(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        publish_campaign(session, THE_FIRST_DAY.replace("confirmed", "delivered"), name="after_delivery")
        publish_campaign(session, THE_FIRST_DAY, name="newer", at=NOON + HOURS)
        publish_campaign(session, THE_FIRST_DAY.replace("confirmed", "placed"), name="at_once")
        publish_campaign(session, THE_FIRST_DAY, name="gone")
        session.execute(update(campaigns).where(campaigns.c.name == "gone").values(withdrawn_at=NOON - HOURS))
        order = add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        add_event(session, order, EventKind.PLACED, is_history=True)
        plan(session, 2 * HOURS)

        found = told(session, "1")["campaigns"]

    assert [(passage["campaign"], passage["state"], passage["reason"]) for passage in found] == [
        ("after_delivery", "none", "not_happened"),
        ("at_once", "none", "history"),
        ("first_day", "open", ""),
        ("gone", "none", "campaign_withdrawn"),
        ("newer", "none", "before_publication"),
    ]
    silent = [step for passage in found if passage["state"] == "none" for step in passage["steps"]]
    assert {step["outcome"] for step in silent} == {"not_enrolled"}
    assert len(silent) == 8


def test_what_the_planner_has_not_seen_yet_is_said_to_wait_for_it(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")

        story = told(session, "1")

    assert outcomes(story) == [
        ("1_right_choice", "not_enrolled", "not_looked_at"),
        ("2_thank_you", "not_enrolled", "not_looked_at"),
    ]


def test_an_order_that_the_campaign_is_not_for_has_the_one_reason(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, 'who = "order.total >= 100"\n' + THE_FIRST_DAY.lstrip())
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)

        story = told(session, "1")
        text = text_of(session, "1")

    assert story["campaigns"][0]["state"] == "declined"
    assert {(outcome, reason) for _, outcome, reason in outcomes(story)} == {("not_enrolled", "who")}
    assert "  Not begun. The order is not among those that the campaign is for (who)." in text


def test_a_joined_order_shows_what_the_other_one_has_come_to(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        alice = add_customer(session)
        add_order(session, alice, EventKind.CONFIRMED, external_id="1", number="#1")
        add_order(session, alice, EventKind.CONFIRMED, external_id="2", number="#2", at=NOON + HOURS)
        plan(session)
        send_what_is_due(session, 20 * MINUTES)

        story = told(session, "2")
        text = text_of(session, "2")

    [passage] = story["campaigns"]
    assert (passage["state"], passage["reason"]) == ("joined", "joined")
    assert {(outcome, reason) for _, outcome, reason in outcomes(story)} == {("not_enrolled", "joined")}
    assert passage["shared_with"]["number"] == "#1"
    assert [step["outcome"] for step in passage["shared_with"]["steps"]] == ["sent", "scheduled"]
    assert "What order #1 (store) has come to:" in text
    assert "email: Sent on Wed 18 Nov 12:20 to alice@example.com." in text


def test_an_order_that_is_cancelled_after_joining_another_was_stopped(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, STOPPING)
        alice = add_customer(session)
        add_order(session, alice, EventKind.CONFIRMED, external_id="1")
        second = add_order(session, alice, EventKind.CONFIRMED, external_id="2", at=NOON + HOURS)
        plan(session)
        add_event(session, second, EventKind.CANCELLED, at=NOON + 2 * HOURS)
        plan(session, 2 * HOURS)

        story = told(session, "2")

    assert {(outcome, reason) for _, outcome, reason in outcomes(story)} == {("cancelled", "order_cancelled")}


def test_a_cancellation_in_time_stops_what_has_not_been_sent(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, STOPPING)
        order = add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        add_event(session, order, EventKind.CANCELLED, at=NOON + 5 * MINUTES)
        plan(session, 6 * MINUTES)

        story = told(session, "1", HOURS)

    assert story["campaigns"][0]["sentence"] == "Stopped on Wed 18 Nov 12:06. The order was cancelled."
    assert outcomes(story) == [
        ("1_right_choice", "cancelled", "order_cancelled"),
        ("2_thank_you", "cancelled", "order_cancelled"),
    ]
    assert first_step(story)["sentence"] == (
        "Not sent, as was decided on Wed 18 Nov 12:06. The order was cancelled."
    )


@pytest.mark.parametrize(
    ("kind", "word"), [(EventKind.CANCELLED, "cancellation"), (EventKind.REFUNDED, "refund")]
)
def test_a_message_that_was_faster_than_the_cancellation_says_so(
    database: Database, kind: EventKind, word: str
) -> None:
    with database.session() as session:
        publish_campaign(session, STOPPING)
        order = add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        send_what_is_due(session, 20 * MINUTES)
        add_event(session, order, kind, at=NOON + 10 * MINUTES, seen_at=NOON + 23 * MINUTES)
        plan(session, 23 * MINUTES)

        story = told(session, "1", HOURS)

    assert outcomes(story)[0] == ("1_right_choice", "sent", "")
    assert first_step(story)["sentence"].endswith(f"It had left at 12:20 when the {word} came at 12:23.")


def test_a_message_that_was_faster_than_the_opt_out_says_so(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        send_what_is_due(session, 20 * MINUTES)
        suppress(session, "alice@example.com", reason="She asked", source="person", now=NOON + 21 * MINUTES)
        look(session, 20 * HOURS)

        story = told(session, "1", 21 * HOURS)

    assert [reason for _, _, reason in outcomes(story)] == ["", "suppressed"]
    assert first_step(story)["sentence"].endswith("It had left at 12:20 when the opt-out came at 12:21.")
    sentence = story["campaigns"][0]["steps"][1]["sentence"]
    assert sentence == "Not sent: on 18 Nov it was noted for Alice: She asked."


def test_what_was_said_is_shown_on_request_only(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        send_what_is_due(session, 20 * MINUTES)

        [brief] = explain(session, "1", plans=plans(), house=HOUSE, now=NOON)
        [full] = explain(session, "1", plans=plans(), house=HOUSE, now=NOON, opened=opened)

    assert "Dear Alice" not in to_text(brief)
    assert "      | Subject: Thank you\n      | \n      | Dear Alice,\n      | \n      | thanks." in to_text(
        full
    )
    [attempt] = first_step(to_json(full))["legs"][0]["attempts"]
    assert (attempt["subject"], attempt["address"]) == ("Thank you", "alice@example.com")
    assert "the answer was: 250 queued as 7" in to_text(brief)


def test_a_closed_window_says_until_when_it_waits(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, SHOPPING_HOURS)
        boris = add_customer(session, "Boris")
        add_order(session, boris, EventKind.CONFIRMED, external_id="1", zones=[VLADIVOSTOK])
        plan(session)
        look(session, HOURS)

        step = first_step(told(session, "1", HOURS))

    assert (step["outcome"], step["reason"]) == ("scheduled", "outside_window")
    assert step["sentence"] == (
        "Will be looked at on Thu 19 Nov 10:00 (02:00 in Riga)."
        " Where the customer lives, this is not an hour to be contacted."
    )


def test_a_paused_campaign_parks_without_naming_an_hour(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        session.execute(update(campaigns).values(paused_at=NOON + MINUTES))
        look(session, 20 * MINUTES)

        step = first_step(told(session, "1", HOURS))
        text = text_of(session, "1", HOURS)

    assert (step["outcome"], step["reason"]) == ("scheduled", "paused")
    assert step["sentence"] == "Waits until this ends. The campaign is paused."
    assert "  The campaign is paused since Wed 18 Nov 12:01." in text


def test_what_waits_for_a_person_says_what_silence_means(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, WITH_APPROVAL)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        look(session, MINUTES)

        step = first_step(told(session, "1"))
        text = text_of(session, "1")

    assert (step["outcome"], step["reason"]) == ("held", "approval")
    assert f"- To let it go: paldies messages approve {step['legs'][0]['message']}." in text
    assert step["sentence"] == (
        "Waits for a person. A person has to approve it first."
        " If nobody answers by Wed 18 Nov 17:00, it does not go."
    )


def test_the_last_leg_decides_and_the_earlier_ones_are_told(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, CALL_OR_TASK)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        look(session, HOURS)

        step = first_step(told(session, "1", HOURS))

    assert (step["outcome"], step["reason"], step["channel"]) == ("scheduled", "planned", "task")
    assert [(leg["channel"], leg["status"], leg["reason"]) for leg in step["legs"]] == [
        ("call", "skipped", "no_address"),
        ("task", "scheduled", "planned"),
    ]


def test_a_refusal_for_now_tells_the_try_and_the_next_one(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        [ready] = look(session, 20 * MINUTES)
        error = DeliveryError("greylisted", permanent=False, fault="recipient", code="4.7.1")
        made = claim(session, ready, 20 * MINUTES)
        settle(session, after_error(ready.brief, made, error, NOON + 20 * MINUTES))

        step = first_step(told(session, "1", 21 * MINUTES))
        text = text_of(session, "1", 21 * MINUTES)

    assert (step["outcome"], step["reason"]) == ("scheduled", "try_again")
    assert "The receiving side asked to try again later (4.7.1 greylisted)." in step["sentence"]
    assert "- tried on Wed 18 Nov 12:20, to alice@example.com: try_again: 4.7.1" in text


def test_a_refusal_for_good_is_a_failure_with_the_servers_words(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        [ready] = look(session, 20 * MINUTES)
        error = DeliveryError(
            "no such user", permanent=True, fault="recipient", code="5.1.1", address_is_dead=True
        )
        made = claim(session, ready, 20 * MINUTES)
        settle(session, after_error(ready.brief, made, error, NOON + 20 * MINUTES))

        step = first_step(told(session, "1", 21 * MINUTES))

    assert (step["outcome"], step["reason"]) == ("failed", "refused")
    assert step["sentence"] == (
        "Failed on Wed 18 Nov 12:20. The receiving side refused it for good (5.1.1 no such user)."
    )


def test_doubt_is_told_and_so_is_a_possible_duplicate(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        [ready] = look(session, 20 * MINUTES)
        made = claim(session, ready, 20 * MINUTES)
        leaving = first_step(told(session, "1", 20 * MINUTES))
        settle(session, in_doubt(ready.brief, made, "the line went silent", NOON + 21 * MINUTES))
        doubtful = first_step(told(session, "1", 21 * MINUTES))
        resolve_doubts(session, (), now=NOON + 22 * MINUTES)
        again = first_step(told(session, "1", 22 * MINUTES))
        send_what_is_due(session, 23 * MINUTES)
        sent = first_step(told(session, "1", 24 * MINUTES))

    assert (leaving["outcome"], leaving["reason"]) == ("sending", "in_flight")
    assert leaving["sentence"] == "Leaving since Wed 18 Nov 12:20: whether it arrived is not known yet."
    assert (doubtful["outcome"], doubtful["reason"]) == ("unconfirmed", "unconfirmed")
    assert doubtful["sentence"].endswith("nobody knows whether it arrived (the line went silent).")
    assert (again["outcome"], again["legs"][0]["possible_duplicate"]) == ("scheduled", True)
    assert again["sentence"].startswith("Due since Wed 18 Nov 12:20, and looked at when its turn comes")
    assert (sent["outcome"], sent["reason"], len(sent["legs"][0]["attempts"])) == ("sent", "", 2)
    assert "An earlier try may have arrived: it went once more" in sent["sentence"]


def test_nothing_is_said_to_go_again_that_does_not(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        [ready] = look(session, 20 * MINUTES)
        made = claim(session, ready, 20 * MINUTES)
        settle(session, in_doubt(ready.brief, made, "the line went silent", NOON + 21 * MINUTES))
        resolve_doubts(session, (), now=NOON + 22 * MINUTES)
        look(session, 13 * HOURS)
        step = first_step(told(session, "1", 13 * HOURS))

    assert step["sentence"] == (
        "Not sent again, as was decided on Thu 19 Nov 01:00. Its moment had passed. "
        "An earlier try may have arrived."
    )


def test_a_second_try_that_a_person_wanted_is_not_blamed_on_the_server(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        [ready] = look(session, 20 * MINUTES)
        error = DeliveryError("mailbox full", permanent=True, fault="recipient", code="5.2.2")
        made = claim(session, ready, 20 * MINUTES)
        settle(session, after_error(ready.brief, made, error, NOON + 20 * MINUTES))
        retry(session, [ready.brief.waiting.key], now=NOON + HOURS)

        step = first_step(told(session, "1", HOURS))

    assert step["sentence"] == (
        "Due since Wed 18 Nov 13:00, and looked at when its turn comes (a person said so)."
    )


def test_the_steps_are_those_of_the_version_that_the_order_is_pinned_to(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        publish_campaign(session, THE_FIRST_DAY.replace("2_thank_you", "2_many_thanks"), at=NOON + HOURS)

        story = told(session, "1", 2 * HOURS)

    [passage] = story["campaigns"]
    assert passage["plan_version"] == 1
    assert [step["step"] for step in passage["steps"]] == ["1_right_choice", "2_thank_you"]


def test_a_pause_of_everything_is_said_on_top(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        installation.set_paused(session, NOON)

        story = told(session, "1")
        text = text_of(session, "1")

    assert story["paused_at"] == "2026-11-18T10:00:00+00:00"
    assert text.index("All sending is paused since Wed 18 Nov 12:00") < text.index("What happened")


def test_a_daemon_that_has_been_silent_for_long_is_said_on_top(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        session.add(Instance(uuid="ours", heartbeat_at=NOON))
        session.flush()

        soon, late = text_of(session, "1", 5 * MINUTES), text_of(session, "1", 11 * MINUTES)

    assert "not been running" not in soon
    assert "paldies has not been running since Wed 18 Nov 12:00: nothing goes until it does." in late


def test_an_order_is_found_by_id_number_address_and_telephone(database: Database) -> None:
    with database.session() as session:
        alice = add_customer(session, email="alice@example.com")
        add_order(session, alice, external_id="a/1", number="#7", phone="+37129123456")

        found = [
            find(session, query)
            for query in (
                "a/1", "#7", "7", " 7 ", "Alice@EXAMPLE.com", "+371 29 123 456", "29123456", "0037129123456",
            )
        ]  # fmt: skip
        nothing = [find(session, query) for query in ("", "8", "bob@example.com", "@", "29123457", "\0")]

    assert found == [["#7"]] * 8
    assert nothing == [[]] * 6


def test_an_order_is_found_however_its_number_or_its_buyer_was_typed_or_copied(database: Database) -> None:
    with database.session() as session:
        alice = add_customer(session, email="alice@example.com")
        add_order(session, alice, external_id="gid_1", number="BL-7", phone="+37129123456")
        add_order(session, add_customer(session, "Boris"), external_id="2", number="")

        found = [
            find(session, query)
            for query in (
                "bl-7", "#bl-7", "№ BL-7", "GID_1", "Alice <alice@example.com>", "<alice@example.com>",
                "mailto:alice@example.com", "(+371) 29 123 456", "tel:+371-29-123-456",
            )
        ]  # fmt: skip
        nothing = [find(session, query) for query in ("#", "№", "mailto:", "tel:", "<>@")]

    assert found == [["BL-7"]] * 9
    assert nothing == [[]] * 5


def test_a_russian_number_is_found_with_the_eight_that_is_dialled_at_home(database: Database) -> None:
    with database.session() as session:
        add_order(session, add_customer(session, "Boris"), number="#7", phone="+79161234567")

        assert find(session, "8 (916) 123-45-67") == ["#7"]


def test_the_same_id_is_found_in_every_shop(database: Database) -> None:
    with database.session() as session:
        alice = add_customer(session)
        add_order(session, alice, external_id="1", number="#A", shop="store")
        add_order(session, alice, external_id="1", number="#B", shop="market", at=NOON + HOURS)

        assert find(session, "1") == ["#B", "#A"]


def test_a_customers_orders_come_newest_first_and_at_most_twenty(database: Database) -> None:
    with database.session() as session:
        alice = add_customer(session)
        for hour in range(25):
            add_order(session, alice, number=f"#{hour}", at=NOON + hour * HOURS)

        assert find(session, "alice@example.com") == [f"#{hour}" for hour in range(24, 4, -1)]


def test_a_customer_who_was_merged_is_found_by_the_old_address(database: Database) -> None:
    with database.session() as session:
        alice = add_customer(session)
        old = add_customer(session, "Ali", merged_into=alice)
        add_order(session, alice, number="#7")

        assert old != alice
        assert find(session, "ali@example.com") == ["#7"]


def test_what_people_type_into_a_name_cannot_upset_a_terminal(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        name = "Al\x1b[2Jice\r\n\u202e" + "x" * 300
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1", first_name=name)
        plan(session)

        text = text_of(session, "1")

    assert all(line.isprintable() for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= 80


def test_the_whole_page_reads_calmly(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        publish_campaign(session, THE_FIRST_DAY.replace("confirmed", "delivered"), name="after_delivery")
        carla = add_customer(session, "Carla")
        add_order(
            session,
            carla,
            EventKind.PLACED,
            EventKind.CONFIRMED,
            external_id="1",
            number="#1001",
            last_name="Diaz",
            seen_at=NOON + 3 * MINUTES,
            zones=[NEW_YORK],
            contact_problem="phone: This is not a telephone number.",
        )
        plan(session, 4 * MINUTES)
        send_what_is_due(session, 20 * MINUTES)

        text = text_of(session, "1", HOURS)

    assert text == (
        """\
Order #1001 (store), pending
Carla Diaz <carla@example.com>
The shop's own id is 1.
What the shop gave cannot all be used: phone: This is not a telephone number.
Times are the customer's, those of New York; in brackets the shop's.

Next: 2_thank_you (email) of “The first day” on Thu 19 Nov 01:00 (08:00 in
Riga), if nothing comes between.

What happened
  placed on Wed 18 Nov 05:00 (12:00 in Riga), first seen on Wed 18 Nov 05:03
    (12:03 in Riga)
  confirmed on Wed 18 Nov 05:00 (12:00 in Riga), first seen on Wed 18 Nov 05:03
    (12:03 in Riga)

The first day [first_day, version 1 of its plan]
  Under way.
  1_right_choice
    email: Sent on Wed 18 Nov 05:20 (12:20 in Riga) to carla@example.com.
      - the answer was: 250 queued as 7
  2_thank_you
    email: Will be looked at on Thu 19 Nov 01:00 (08:00 in Riga).

The first day [after_delivery]
  Not begun. What begins this campaign has not happened to the order yet.
"""
    )


@pytest.mark.parametrize(
    ("reason", "source", "sentence"),
    [
        ("asked not to be called", "person", "Not called: Carla asked on 3 Nov not to be called."),
        (
            "asked during a call not to be called again",
            "call",
            "Not called: Carla asked on 3 Nov during a call not to be called again.",
        ),
        (
            "asked Anna not to be called again",
            "person",
            "Not called: on 3 Nov Carla asked Anna not to be called again.",
        ),
        ("no such number", "bounce", "Not called: since 3 Nov nothing can reach it (no such number)."),
    ],
)
def test_who_asked_not_to_be_called_and_when_is_said(
    database: Database, reason: str, source: str, sentence: str
) -> None:
    with database.session() as session:
        publish_campaign(session, CALL_OR_TASK)
        carla = add_customer(session, "Carla")
        add_order(session, carla, EventKind.CONFIRMED, external_id="1", phone="+12125550100")
        suppress(session, "+12125550100", channel="call", reason=reason, source=source, now=NOON - 15 * DAYS)
        plan(session)
        look(session, HOURS)

        step = first_step(told(session, "1", HOURS))

    assert step["legs"][0]["sentence"] == sentence


def test_the_next_thing_is_said_on_top_at_the_hour_at_which_it_may_go(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, SHOPPING_HOURS)
        carla = add_customer(session, "Carla")
        add_order(session, carla, EventKind.CONFIRMED, external_id="1", zones=[NEW_YORK])
        plan(session)

        coming = told(session, "1")["next"]

    assert coming["sentence"] == (
        "Next: 1_hello (email) of “First day” on Wed 18 Nov 10:00 (17:00 in Riga), if nothing comes between."
    )
    assert coming["at_customer"] == "2026-11-18T10:00:00-05:00"


def test_nothing_to_come_is_said_as_well(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.PLACED, external_id="1")

        story, text = told(session, "1"), text_of(session, "1")

    assert story["next"] is None
    assert "Next: nothing is planned." in text


def test_in_a_crowd_every_step_has_one_outcome_and_one_reason(database: Database) -> None:
    with database.session() as session:
        numbers = a_crowd(session)

        stories = [told(session, number, 30 * HOURS) for number in numbers]

    steps = [(story["order"]["id"], *step) for story in stories for step in steps_of(story)]
    places = [step[:3] for step in steps]
    assert len(places) == len(set(places)) == 4 * len(numbers)
    assert all(reason for *_, outcome, reason in steps if outcome != "sent")
    assert not [step for step in steps if step[-1] == "unexplained"]
    assert {outcome for *_, outcome, _ in steps} >= {"sent", "cancelled", "skipped", "not_enrolled"}


def a_crowd(session: Session) -> list[str]:
    """Forty orders to which different things happen over a day; their ids."""
    publish_campaign(session, STOPPING)
    publish_campaign(session, STOPPING.replace("confirmed", "shipped"), name="on_its_way")
    numbers = []
    for number in range(40):
        person = add_customer(session, f"Person{number // 2}")
        kinds = [EventKind.CONFIRMED, *([EventKind.SHIPPED] if number % 3 == 0 else [])]
        changes: dict[str, Any] = {"email": ""} if number % 7 == 0 else {}
        order = add_order(session, person, *kinds, external_id=f"x{number}", **changes)
        if number % 5 == 0:
            add_event(session, order, EventKind.CANCELLED, at=NOON + HOURS, seen_at=NOON + HOURS)
        numbers.append(f"x{number}")
    plan(session)
    for hour in (1, 8, 20, 29):
        send_what_is_due(session, hour * HOURS)
        plan(session, hour * HOURS)
    return numbers


def steps_of(story: dict[str, Any]) -> Iterable[tuple[str, str, str, str]]:
    for passage in story["campaigns"]:
        for step in passage["steps"]:
            yield passage["campaign"], step["step"], step["outcome"], step["reason"]


def test_a_step_that_lost_its_row_is_said_to_be_unexplained(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, external_id="1")
        plan(session)
        session.execute(delete(messages).where(messages.c.step == "2_thank_you"))

        story = told(session, "1")
        text = text_of(session, "1")

    assert outcomes(story)[1] == ("2_thank_you", "not_enrolled", "unexplained")
    assert "    Unexplained. There is no record of it" in text


def test_asking_never_reads_through_a_table_that_grows(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    migrations.upgrade(database)
    with database.session() as session:
        publish_campaign(session)
        alice = add_customer(session)
        add_order(session, alice, EventKind.CONFIRMED, external_id="1", phone="+37129123456")
        add_order(session, alice, EventKind.CONFIRMED, external_id="2", at=NOON + HOURS)
        plan(session)
        send_what_is_due(session, 20 * MINUTES)
        with listening(session) as asked:
            for query in ("2", "alice@example.com", "29123456"):
                assert explain(session, query, plans=plans(), house=HOUSE, now=NOON, opened=opened)

        scans = {
            step[3]
            for statement, values in asked
            for step in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            if step[3].startswith("SCAN")
        }
    database.close()

    small = ("campaigns", "plan_versions", "instance", "CONSTANT", "(subquery", "json_each")
    assert [scan for scan in scans if not scan.removeprefix("SCAN ").startswith(small)] == []


def test_twenty_orders_take_no_more_statements_than_one(database: Database) -> None:
    known = plans()
    with database.session() as session:
        publish_campaign(session)
        alice, boris = add_customer(session), add_customer(session, "Boris")
        add_order(session, boris, EventKind.CONFIRMED)
        for day in range(20):
            add_order(session, alice, EventKind.CONFIRMED, at=NOON + day * DAYS)
        plan(session)
        explain(session, "boris@example.com", plans=known, house=HOUSE, now=NOON)  # plans are parsed once

        counts = []
        for query in ("boris@example.com", "alice@example.com"):
            with listening(session) as asked:
                explain(session, query, plans=known, house=HOUSE, now=NOON)
            counts.append(len(asked))

    assert counts[0] == counts[1]


@contextmanager
def listening(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed meanwhile, with their values."""
    heard: list[tuple[str, Any]] = []

    def hear(_: Any, __: Any, statement: str, values: Any, *rest: Any) -> None:
        heard.append((statement, values))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", hear)
    yield heard
    event.remove(connection, "before_cursor_execute", hear)
