"""Work at the desk: what is done there, by whom, and that nothing is done twice."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.customers.forgotten import forgotten_addresses, mark
from paldies.replies import deeds as log
from paldies.replies import leases
from paldies.replies.deeds import About, What
from paldies.replies.leases import LASTS, Taken
from paldies.store.database import Database
from paldies.store.schema import cases, deeds, messages, orders, staff_tasks, suppressions, wordings
from paldies.web.staff import sessions
from tests.factories import NOON
from tests.rows import add_customer, add_order
from tests.staffed import StaffedShop, staffed

ALICE, BORIS, CARLA, DACE = 1, 2, 3, 4  # the tasks of
THANKS = 3  # Alice's message that waits for approval


@pytest.fixture
async def shop(tmp_path: Path, desk_folder: Path) -> AsyncIterator[StaffedShop]:
    async with staffed(tmp_path, desk_folder) as shop:
        yield shop


def task(shop: StaffedShop, number: int) -> Any:
    return next(row for row in shop.rows(staff_tasks) if row["id"] == number)


def message(shop: StaffedShop, number: int) -> Any:
    return next(row for row in shop.rows(messages) if row["id"] == number)


def done(shop: StaffedShop) -> list[tuple[str, str, str]]:
    """Who did what to what, without the signing in."""
    told = [(row["staff"], row["what"], row["subject"]) for row in shop.rows(deeds)]
    return [deed for deed in told if deed[1] != What.SIGNED_IN]


# calls


async def test_the_next_call_is_the_most_urgent_one_that_nobody_has(shop: StaffedShop) -> None:
    anna, janis = await shop.colleague(), await shop.colleague("jānis")

    first, second = await anna.post("/desk/next"), await janis.post("/desk/next")
    today = await anna.get("/desk/")

    assert (first.headers["location"], second.headers["location"]) == ("/desk/tasks/1", "/desk/tasks/2")
    assert "Jānis has it since 9:05" in today.text
    assert done(shop) == [("Anna", "took", "task 1"), ("Jānis", "took", "task 2")]


async def test_each_call_says_why_for_how_long_and_what_hour_it_is_there(shop: StaffedShop) -> None:
    anna = await shop.colleague("anna")

    today, card = (await anna.get("/desk/")).text, (await anna.get("/desk/tasks/1")).text

    assert "first day: reminder, order #1001, waits 15\u00a0h" in today
    assert "17:05 there" in today  # Boris
    assert "First day: reminder, waits 15\u00a0h" in card


async def test_nobody_is_rung_at_night(shop: StaffedShop) -> None:
    anna = await shop.colleague()

    calls = [(await anna.post("/desk/next")).headers["location"]]
    for _ in range(3):
        await anna.post(f"{calls[-1]}/done", {"outcome": "reached"})
        calls.append((await anna.post("/desk/next")).headers["location"])

    assert calls == ["/desk/tasks/1", "/desk/tasks/2", "/desk/tasks/4", "/desk/"]  # Carla's is the third
    assert "02:05 there: too early to ring" in (await anna.get("/desk/")).text


async def test_an_outcome_is_written_down_with_who_said_it(shop: StaffedShop) -> None:
    anna = await shop.colleague()

    answer = await anna.post("/desk/tasks/1/done", {"outcome": "no_answer", "note": "Rang for long."})
    today = await anna.get("/desk/")

    row = task(shop, ALICE)
    assert (answer.status, answer.headers["location"]) == (303, "/desk/")
    assert (row["outcome"], row["done_by"], row["note"]) == ("no_answer", "Anna", "Rang for long.")
    assert "Alice Ozola: no answer, written down. Next: email" in today.text
    assert done(shop) == [("Anna", "task_done", "task 1")]


async def test_what_a_colleague_has_is_left_to_them(shop: StaffedShop) -> None:
    anna, janis = await shop.colleague(), await shop.colleague("jānis")
    await janis.post("/desk/tasks/1/take")

    answer = await anna.post("/desk/tasks/1/done", {"outcome": "reached", "note": "Said yes."})

    assert answer.status == 409
    assert "Jānis has it since 9:05, so nothing was written down." in answer.text
    assert "Said yes." in answer.text
    assert task(shop, ALICE)["done_at"] is None


async def test_a_colleague_may_give_way_and_does_so_after_a_while(shop: StaffedShop) -> None:
    anna, janis = await shop.colleague(), await shop.colleague("jānis")
    await janis.post("/desk/tasks/1/take")
    await janis.post("/desk/tasks/2/take")

    refused = await anna.post("/desk/tasks/1/take")
    over = await anna.post("/desk/tasks/1/take", {"over": "1"})
    shop.clock.move_to(shop.clock.now() + LASTS)
    later = await anna.post("/desk/tasks/2/take")

    assert [answer.status for answer in (refused, over, later)] == [409, 303, 303]
    assert ("Anna", "took_over", "task 1") in done(shop)


async def test_an_outcome_is_taken_once(shop: StaffedShop) -> None:
    anna, janis = await shop.colleague(), await shop.colleague("jānis")

    first = await anna.post("/desk/tasks/1/done", {"outcome": "reached"})
    second = await janis.post("/desk/tasks/1/done", {"outcome": "no_answer"})

    assert (first.status, second.status) == (303, 409)
    assert "Anna has done it already: reached." in second.text
    assert task(shop, ALICE)["outcome"] == "reached"
    assert [deed for deed in done(shop) if deed[1] == "task_done"] == [("Anna", "task_done", "task 1")]


async def test_a_busy_line_comes_back_in_a_quarter_of_an_hour(shop: StaffedShop) -> None:
    anna = await shop.colleague()

    await anna.post("/desk/tasks/1/done", {"outcome": "busy"})

    row = task(shop, ALICE)
    assert (row["snoozed_until"], row["done_at"]) == (shop.clock.now() + timedelta(minutes=15), None)


async def test_who_asks_to_be_rung_at_three_means_three_where_they_are(shop: StaffedShop) -> None:
    anna = await shop.colleague()

    page = await anna.get("/desk/tasks/2")
    said = {"outcome": "promised", "when": "tomorrow 15:00", "whose": "theirs", "note": "Is at work."}
    answer = await anna.post("/desk/tasks/2/done", said)

    promised = shop.rows(staff_tasks)[-1]
    assert "Vladivostok time" in page.text
    assert answer.status == 303
    assert f"{promised['snoozed_until']:%d %H:%M}" == "19 05:00"  # UTC
    assert task(shop, BORIS)["outcome"] == "reached"


@pytest.mark.parametrize("when", ["", "soon", "yesterday"])
async def test_no_moment_is_guessed(shop: StaffedShop, when: str) -> None:
    anna = await shop.colleague()

    answer = await anna.post("/desk/tasks/1/done", {"outcome": "later", "when": when, "note": "Busy"})

    assert answer.status == 409
    assert "is no moment to come" in answer.text
    assert task(shop, ALICE)["snoozed_until"] is None


async def test_who_wants_no_calls_is_not_rung_again(shop: StaffedShop) -> None:
    anna = await shop.colleague()

    await anna.post("/desk/tasks/1/done", {"outcome": "no_more"})

    assert {row["channel"] for row in shop.rows(suppressions)} == {"call", "task"}


# letters


async def test_a_letter_is_shown_as_it_will_be_sent(shop: StaffedShop) -> None:
    anna = await shop.colleague()

    page, letter = (
        await anna.get(f"/desk/messages/{THANKS}"),
        await anna.get(f"/desk/messages/{THANKS}/letter"),
    )

    assert 'value="Thank you, Alice"' in page.text
    assert "I wanted to thank you myself." in page.text
    assert "<html" in letter.text and "I wanted to thank you myself." in letter.text


async def test_what_nobody_has_changed_goes_as_it_is(shop: StaffedShop) -> None:
    anna = await shop.colleague()
    page = await anna.get(f"/desk/messages/{THANKS}")
    body = unescape(page.text.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0])

    answer = await anna.post(
        f"/desk/messages/{THANKS}/approve", {"subject": "Thank you, Alice", "body": body}
    )

    assert answer.status == 303
    assert message(shop, THANKS)["approved_at"] == shop.clock.now()
    assert shop.rows(wordings) == []
    assert done(shop) == [("Anna", "approved", f"message {THANKS}")]


async def test_other_words_are_kept_for_this_customer_alone(shop: StaffedShop) -> None:
    anna = await shop.colleague()
    typed = {"subject": "For you, Alice", "body": "Dear Alice,\n\nyour towels are on *my* desk."}

    shown = await anna.post(f"/desk/messages/{THANKS}/letter", typed)
    answer = await anna.post(f"/desk/messages/{THANKS}/approve", typed)

    assert "your towels are on <em>my</em> desk." in shown.text
    assert answer.status == 303
    assert [(row["message_id"], row["body"]) for row in shop.rows(wordings)] == [(THANKS, typed["body"])]
    assert done(shop) == [("Anna", "reworded", f"message {THANKS}")]


async def test_two_who_decide_at_once_decide_once(shop: StaffedShop) -> None:
    anna, janis = await shop.colleague(), await shop.colleague("jānis")

    dropped = await anna.post(f"/desk/messages/{THANKS}/drop")
    approved = await janis.post(f"/desk/messages/{THANKS}/approve", {"subject": "x", "body": "y"})

    assert (dropped.status, approved.status) == (303, 409)
    assert "it does not wait for a person, it is cancelled" in approved.text
    assert message(shop, THANKS)["status"] == "cancelled"
    assert shop.rows(wordings) == []


async def test_an_empty_letter_is_not_approved(shop: StaffedShop) -> None:
    anna = await shop.colleague()

    answer = await anna.post(f"/desk/messages/{THANKS}/approve", {"subject": "Thanks", "body": "  "})

    assert (answer.status, message(shop, THANKS)["status"]) == (409, "held")


async def test_what_is_held_in_a_stack_is_let_go_as_it_was_seen(shop: StaffedShop) -> None:
    held = {"reason": Reason.RESTORED.value}
    waiting = update(messages).where(messages.c.status == "held").values(held)
    shop.app.database.now(lambda session: session.execute(waiting))
    anna = await shop.colleague()
    stack = "/desk/held/first_day/restored"

    page = await anna.get(stack)
    answer = await anna.post(stack, {"what": "release", "message": [THANKS, 999]})

    assert page.text.count('name="message"') == 6
    assert answer.status == 303
    assert (message(shop, THANKS)["status"], message(shop, THANKS)["released_at"]) == (
        "scheduled",
        shop.clock.now(),
    )
    assert sum(row["status"] == "held" for row in shop.rows(messages)) == 5


# complaints


async def test_an_answer_goes_like_every_other_message(shop: StaffedShop) -> None:
    anna = await shop.colleague()
    page = await anna.get("/desk/cases/1")
    typed = {"subject": "Your towels", "body": "Dear Dace,\n\nnew ones leave today.\n\nAnna"}

    answer = await anna.post("/desk/cases/1/answer", typed)
    again = await anna.post("/desk/cases/1/answer", typed)

    (written,) = shop.rows(wordings)
    row = message(shop, written["message_id"])
    (case,) = shop.rows(cases)
    assert "Dear Dace," in page.text and "Anna Kalniņa" in page.text
    assert (answer.status, again.status) == (303, 409)
    assert "The last answer has not left yet" in again.text
    assert (row["campaign"], row["status"], row["customer_id"]) == ("answers", "scheduled", 4)
    assert (case["taken_by"], case["closed_at"]) == ("Anna", None)


async def test_what_a_colleague_sees_to_is_not_answered_twice(shop: StaffedShop) -> None:
    anna, janis = await shop.colleague(), await shop.colleague("jānis")
    await janis.post("/desk/cases/1/take")

    answer = await anna.post("/desk/cases/1/answer", {"subject": "Hello", "body": "Hello"})

    assert (answer.status, shop.rows(wordings)) == (409, [])
    assert "Jānis sees to it already" in answer.text


async def test_a_complaint_is_closed_with_a_sentence(shop: StaffedShop) -> None:
    anna = await shop.colleague()

    silent = await anna.post("/desk/cases/1/close")
    closed = await anna.post("/desk/cases/1/close", {"resolution": "New towels are on their way."})
    again = await anna.post("/desk/cases/1/close", {"resolution": "Again."})

    (case,) = shop.rows(cases)
    assert [answer.status for answer in (silent, closed, again)] == [409, 303, 409]
    assert (case["closed_by"], case["resolution"]) == ("Anna", "New towels are on their way.")


# the rest


async def test_an_orders_line_says_what_why_says(shop: StaffedShop) -> None:
    anna = await shop.colleague()
    await anna.post("/desk/tasks/1/done", {"outcome": "reached"})

    by_number = await anna.get("/desk/orders?q=1001")
    by_phone = await anna.get("/desk/orders?q=%2B371+20000001")
    nothing = await anna.get("/desk/orders?q=nobody%40example.com")

    assert "The customer has not agreed to be contacted this way." in by_number.text
    assert "said how it went: reached" in by_number.text
    assert "Order #1001" in by_phone.text
    assert "Nothing found" in nothing.text


async def test_a_campaign_is_paused_and_goes_on(shop: StaffedShop) -> None:
    anna = await shop.colleague()

    await anna.post("/desk/campaigns/first_day/pause")
    paused = await anna.get("/desk/campaigns")
    await anna.post("/desk/campaigns/first_day/resume")
    unknown = await anna.post("/desk/campaigns/nothing/pause")

    assert "first_day is paused: nothing of it is sent." in paused.text
    assert "paused since 9:05" in paused.text
    assert [what for _, what, _ in done(shop)] == ["paused", "resumed"]
    assert unknown.status == 404


async def test_a_wish_is_written_down_for_an_address_of_theirs_alone(shop: StaffedShop) -> None:
    anna = await shop.colleague()
    place = (await anna.get("/desk/customers?q=alice@example.com")).headers["location"]
    wish = {"what": "suppress", "channel": "", "purpose": "", "reason": "asked by telephone"}

    own = await anna.post(f"{place}/wish", wish | {"address": "alice@example.com"})
    other = await anna.post(f"{place}/wish", wish | {"address": "boris@example.com"})

    assert (own.status, other.status) == (303, 409)
    assert [row["address"] for row in shop.rows(suppressions)] == ["alice@example.com"]
    assert "asked by telephone" in (await anna.get(place)).text


async def test_who_agrees_is_told_what_still_keeps_everything_from_them(shop: StaffedShop) -> None:
    anna = await shop.colleague()
    place = (await anna.get("/desk/customers?q=alice@example.com")).headers["location"]
    wish = {"address": "alice@example.com", "channel": "", "purpose": "", "reason": "asked by telephone"}
    agrees = wish | {"what": "allow", "channel": "email", "purpose": "promotional"}

    await anna.post(f"{place}/wish", wish | {"what": "suppress"})
    await anna.post(f"{place}/wish", agrees)
    told = await anna.get(place)
    await anna.post(f"{place}/wish", wish | {"what": "lift"})
    await anna.post(f"{place}/wish", agrees)
    told_then = await anna.get(place)

    sentence = "nothing may be sent to alice@example.com all the same: asked by telephone"
    assert (sentence in told.text, "all the same" in told_then.text) == (True, False)
    assert "It holds from now on" in told_then.text


async def test_who_was_forgotten_and_buys_again_may_be_written_to_once_they_say_so(shop: StaffedShop) -> None:
    anna = await shop.colleague()
    place = (await anna.get("/desk/customers?q=alice@example.com")).headers["location"]
    lift = {"address": "alice@example.com", "channel": "", "purpose": "", "reason": "asked", "what": "lift"}
    shop.app.database.now(mark, ["alice@example.com"], [], now=shop.clock.now())

    await anna.post(f"{place}/wish", lift)
    told = await anna.get(place)
    await anna.post(f"{place}/wish", lift)
    told_then = await anna.get(place)

    assert "It holds from now on" in told.text
    assert "Nothing kept messages from alice@example.com" in told_then.text
    assert not shop.app.database.look(forgotten_addresses, ["alice@example.com"])


async def test_an_admin_takes_out_and_forgets_who_wishes_it(shop: StaffedShop) -> None:
    anna = await shop.colleague()
    place = (await anna.get("/desk/customers?q=alice@example.com")).headers["location"]

    taken = await anna.post(f"{place}/export")
    mistyped = await anna.post(f"{place}/forget", {"typed": "alice"})
    still = await anna.get(place)
    gone = await anna.post(f"{place}/forget", {"typed": "alice@example.com"})

    tables = json.loads(taken.text)["live"]["tables"]
    assert tables["customers"][0]["email"] == "alice@example.com"
    assert "attachment" in taken.headers["content-disposition"]
    assert (mistyped.status, "Nothing was changed: type an address" in still.text) == (303, True)
    assert gone.headers["location"] == "/desk/customers"
    assert (await anna.get(place)).status == 404
    assert "alice" not in repr([dict(row) for row in shop.rows(orders)])
    assert [what for _, what, _ in done(shop)] == ["exported", "forgot"]


async def test_what_was_done_is_on_record(shop: StaffedShop) -> None:
    anna = await shop.colleague()
    await anna.post("/desk/campaigns/first_day/pause")

    page = await anna.get("/desk/log")

    assert "<b>Anna</b> paused it" in page.text
    assert "<b>Anna</b> signed in" in page.text


async def test_what_customers_write_is_never_markup(shop: StaffedShop) -> None:
    evil = "<script>alert(1)</script>"
    shop.app.database.now(lambda session: session.execute(update(cases).values(text=evil)))
    shop.app.database.now(lambda session: session.execute(update(staff_tasks).values(script=evil)))
    anna = await shop.colleague()

    pages = [await anna.get(path) for path in ("/desk/", "/desk/cases", "/desk/cases/1", "/desk/tasks/4")]

    assert not any(evil in page.text for page in pages)
    assert all("&lt;script&gt;" in page.text for page in pages)


async def test_live_pages_hear_who_has_what(shop: StaffedShop) -> None:
    anna, janis = await shop.colleague(), await shop.colleague("jānis")
    await janis.post("/desk/tasks/2/take")

    assert (await anna.get("/desk/taken")).text == '{"task 2":"Jānis has it since 9:05"}'
    assert (await janis.get("/desk/taken")).text == "{}"


# what the pages stand on, on both databases


def test_of_two_who_take_it_one_has_it(database: Database) -> None:
    taken = database.now(leases.take, "task 1", "Anna", now=NOON)
    again = database.now(leases.take, "task 1", "Anna", now=NOON + timedelta(minutes=5))

    with pytest.raises(Taken) as refusal:
        database.now(leases.take, "task 1", "Jānis", now=NOON + timedelta(minutes=24))
    given = database.now(leases.give_back, "task 1", "Jānis")
    after = database.now(leases.take, "task 1", "Jānis", now=NOON + timedelta(minutes=25))

    assert (taken, again, given, after) == (True, False, False, True)
    assert refusal.value.held.staff == "Anna"
    assert set(database.look(leases.holders, NOON + timedelta(minutes=26))) == {"task 1"}


def test_a_link_that_two_use_at_once_lets_one_in(database: Database) -> None:
    token = database.now(sessions.make_link, "anna", now=NOON)

    first = database.now(sessions.use_link, token, now=NOON)
    second = database.now(sessions.use_link, token, now=NOON)

    assert first[0] == "anna" and first[1]
    assert second == ("", "")
    assert database.look(sessions.who_is, first[1], now=NOON)
    assert database.now(sessions.sign_out_everywhere, "anna", now=NOON) == 1
    assert database.look(sessions.who_is, first[1], now=NOON) is None


def test_deeds_are_found_by_order_and_customer(database: Database) -> None:
    def write(session: Session) -> tuple[int, int]:
        customer = add_customer(session)
        order = add_order(session, customer)
        log.note(session, "Anna", What.TOOK, about=About("task 1", customer, order), now=NOON)
        log.note(session, "Anna", What.PAUSED, about=About("campaign first_day"), now=NOON)
        return customer, order

    customer, order = database.now(write)

    assert [deed.what for deed in database.look(log.about, order_ids=[order])] == [What.TOOK]
    assert [deed.what for deed in database.look(log.about, customer_ids=[customer])] == [What.TOOK]
    assert [deed.what for _, deed in database.look(log.latest)] == [What.PAUSED, What.TOOK]
