"""`paldies tasks`, as the shop's staff work with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from paldies.bootstrap.databases import open_database
from paldies.campaigns.reading import parse
from paldies.campaigns.words import EventKind, TaskKind
from paldies.channels import TRAITS
from paldies.configuration import load
from paldies.customers.suppressions import suppress
from paldies.outbox.planning import plan_new_events
from paldies.outbox.plans import Draft, Plans, publish
from paldies.replies.tasks import open_task
from paldies.store.database import Database
from paldies.store.schema import enrolments, messages, staff_tasks
from tests.acceptance.test_cli import (  # noqa: F401 - fixtures
    Paldies,
    begun,
    new_shop,
    paldies,
)
from tests.factories import NEW_YORK, RIGA, VLADIVOSTOK
from tests.rows import add_customer, add_order

NOW = datetime.now(UTC).replace(microsecond=0)
REMINDER = """
title = "The first day"
trigger = "order.confirmed"

[[steps]]
name = "2_reminder"
after = "0s"
channels = ["task", "email"]
retry = ["3h"]
purpose = "service"

[[steps]]
name = "3_thank_you"
after = "20h"
channels = ["email"]
purpose = "service"
"""
NUMBERS = {"Alice": "+37120000001", "Boris": "+79140000001", "Carla": "+12125550100"}
ZONES = {"Alice": RIGA, "Boris": VLADIVOSTOK, "Carla": NEW_YORK}
EXPIRY = NOW + timedelta(hours=12)


@dataclass(frozen=True)
class Counter:
    """A shop whose campaign has asked its staff to ring people."""

    paldies: Paldies
    database: Database

    def ask(self, name: str, hours: float = 6, *, kind: TaskKind = TaskKind.STEP) -> str:
        """The number of a task about a new order, due so many hours from now."""
        return str(self.database.now(_ask, name, NOW + timedelta(hours=hours), kind))

    def task(self, number: str) -> Any:
        return self.rows(staff_tasks, number)[0]

    def rows(self, table: Any, number: str = "") -> list[Any]:
        wanted = select(table).order_by(table.c.id)
        if number:
            wanted = wanted.where(table.c.id == int(number))
        return self.database.look(lambda session: list(session.execute(wanted).mappings()))

    def __call__(self, *words: str) -> Any:
        return self.paldies("tasks", *words)


@pytest.fixture
def counter(begun: Paldies, tmp_path: Path) -> Iterator[Counter]:  # noqa: F811
    settings = tmp_path / "paldies.toml"
    settings.write_text(settings.read_text().replace('mode = "rehearsal"', 'mode = "live"'))
    database = open_database(load(settings))
    campaign = parse(REMINDER, file="first_day", name="first_day", channels=TRAITS)
    with database.session() as session:
        publish(session, Draft(campaign, REMINDER), NOW - timedelta(days=1))
    yield Counter(begun, database)
    database.close()


def _ask(session: Session, name: str, due_at: datetime, kind: TaskKind) -> int:
    customer = add_customer(session, name, last_name="Ozola")
    order = add_order(
        session, customer, EventKind.CONFIRMED, at=NOW, phone=NUMBERS[name], zones=[ZONES[name]],
        todo="Send us a photo of the socket",
    )  # fmt: skip
    plan_new_events(session, Plans(TRAITS), RIGA, now=NOW)
    asked = select(messages.c.id, messages.c.key).join_from(messages, enrolments)
    row = session.execute(asked.where(enrolments.c.order_id == order, messages.c.step == "2_reminder")).one()
    left = {"status": "sent", "claim_id": row.key, "claimed_at": NOW, "expires_at": EXPIRY, "look_at": due_at}
    session.execute(update(messages).where(messages.c.id == row.id).values(left))
    return open_task(
        session,
        kind=kind,
        message_id=row.id,
        customer_id=customer,
        order_id=order,
        script=f"Good day, {name}.\n\nOne photo is missing.",
        due_at=due_at,
        now=NOW,
    )


def test_the_list_says_whom_to_ring_first_and_what_time_it_is_there(counter: Counter) -> None:
    numbers = [counter.ask("Alice", 6), counter.ask("Boris", -1), counter.ask("Carla", 2)]

    told = counter("list", "--json").json
    said = counter("list")

    assert [str(one["id"]) for one in told] == [numbers[1], numbers[2], numbers[0]]
    assert [one["is_overdue"] for one in told] == [True, False, False]
    there = datetime.fromisoformat(told[0]["time_there"][0])
    assert abs(there - datetime.now(UTC)) < timedelta(minutes=5)
    assert there.utcoffset() == timedelta(hours=10)
    assert said.code == 0
    assert said.out.index("overdue") < said.out.index("Boris Ozola") < said.out.index("Carla Ozola")
    assert "+7 914 000-00-01" in said.out and "there" in said.out
    assert f"3 to do, 1 overdue, what to say: paldies tasks show {numbers[1]}" in said.out


def test_nothing_to_do_is_said_kindly(counter: Counter) -> None:
    said, one, known = counter("list"), counter("show"), counter("list", "--kind", "answer")

    assert "Nobody is waiting for you: all is done." in said.out
    assert (one.code, "all is done" in one.err) == (1, True)
    assert "No such task is waiting." in known.out


def test_in_rehearsal_the_list_says_so(begun: Paldies) -> None:  # noqa: F811
    assert "all is done · rehearsal." in begun("tasks", "list").out


def test_the_list_is_of_one_kind_and_of_one_day_if_asked(counter: Counter) -> None:
    late = counter.ask("Alice", -1)
    rung = counter.ask("Boris", 100, kind=TaskKind.CALL_BACK)

    overdue = counter("list", "--due", "overdue", "--json").json
    today = counter("list", "--due", "today", "--json").json
    asked = counter("list", "--kind", "call-back", "--json").json

    assert [str(one["id"]) for one in overdue] == [str(one["id"]) for one in today] == [late]
    assert [str(one["id"]) for one in asked] == [rung]


def test_a_task_shows_the_words_the_order_and_what_was_before(counter: Counter) -> None:
    first = counter.ask("Alice")
    counter("done", first, "problem", "--note", "The box was open.", "--by", "Anna")
    again = counter.database.now(_again, first)

    said = counter("show", str(again))
    told = counter("show", str(again), "--json").json

    for words in (
        "Alice Ozola",
        "+371 20 000 001",
        "Ring her, please.",
        "Send us a photo of the socket",
        "There is an open complaint",
        "The box was open.",
        "Anna",
        "2_reminder (task)",
        f"paldies tasks snooze {again} 2h",
    ):
        assert words in said.out
    assert told["before"]["complaints"] == ["The box was open."]


def test_without_a_number_the_most_urgent_is_shown(counter: Counter) -> None:
    counter.ask("Alice", 6)
    urgent = counter.ask("Carla", 1)

    assert counter("show").out.startswith(f"Task {urgent}\n")


def test_a_task_of_somebody_who_wants_no_calls_is_marked(counter: Counter) -> None:
    number = counter.ask("Alice")
    counter.database.now(suppress, NUMBERS["Alice"], reason="asked", source="person", now=NOW, channel="task")

    listed, shown = counter("list"), counter("show", number)

    assert "all is done" in listed.out
    assert "Leave it" in shown.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("reached",), "Next: email (3_thank_you) on "),
        (("voicemail",), "Next: email (2_reminder), as soon as the rules permit."),
        (("no", "answer"), "Next: task (2_reminder) on "),
        (("Wrong-Number",), "+371 20 000 001 is not used again"),
        (("no_more",), "Nobody contacts +371 20 000 001 again this way"),
        (("problem", "--note", "The box was open."), "Complaint 1 is open"),
    ],
)
def test_every_outcome_says_what_follows(counter: Counter, words: tuple[str, ...], sentence: str) -> None:
    number = counter.ask("Alice")

    said = counter("done", number, *words, "--by", "Anna")

    assert (said.code, said.err) == (0, "")
    assert sentence in " ".join(said.out.split())
    assert counter.task(number)["done_by"] == "Anna"


def test_the_last_word_of_a_campaign_says_that_nothing_follows(counter: Counter) -> None:
    number = counter.ask("Alice")
    counter.database.now(_cancel_the_rest)

    assert "Nothing more will be said." in counter("done", number, "reached").out


def test_what_is_held_or_parked_says_what_it_waits_for(counter: Counter) -> None:
    held, parked = counter.ask("Alice"), counter.ask("Boris")
    counter.database.now(_put, held, status="held", reason="approval")
    counter.database.now(_put, parked, parked_at=NOW, reason="paused")

    first, second = counter("done", held, "reached"), counter("done", parked, "reached")

    assert "paldies messages approve" in first.out
    assert "once this has ended: The campaign is paused." in second.out


def test_what_a_customer_asked_for_is_not_tried_again_by_itself(counter: Counter) -> None:
    number = counter.ask("Alice", kind=TaskKind.CALL_BACK)

    said = counter("done", number, "no_answer", "--json")
    again = counter("done", number, "reached")

    assert (said.json["outcome"], said.json["next"]) == ("no_answer", None)
    assert (again.code, "has done it already" in again.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("done", "1", "reachd"), 2, 'did you mean "reached"?'),
        (("done", "1", "not_done"), 2, "is not known"),
        (("done", "1", "later"), 2, "paldies tasks snooze 1 2h"),
        (("done", "1", "problem"), 1, '--note "…"'),
        (("done", "77", "reached"), 1, "There is no task 77 here. See: paldies tasks list"),
        (("show", "77"), 1, "There is no task 77"),
        (("snooze", "1", "tomorow"), 2, "is no moment to come"),
        (("snooze", "1", "30h"), 1, "add --promised"),
        (("snooze", "1", "2h", "--note", "x"), 2, "--promised"),
        (("list", "--kind", "stp"), 2, 'did you mean "step"?'),
        (("list", "--due", "yesterday"), 2, "--due: 'yesterday' is not known"),
    ],
)
def test_what_cannot_be_done_says_why(
    counter: Counter, words: tuple[str, ...], code: int, sentence: str
) -> None:
    counter.ask("Alice")

    said = counter(*words)

    assert said.code == code
    assert sentence in " ".join(said.err.replace("│", " ").split())
    assert "Traceback" not in said.err
    assert counter.task("1")["done_at"] is None


def test_a_snoozed_task_says_when_it_comes_back(counter: Counter) -> None:
    number = counter.ask("Boris")

    said = counter("snooze", number, "2h")
    listed = counter("list")

    assert "It comes back on" in said.out and "in Riga" in said.out
    assert "later, from" in listed.out
    assert counter.task(number)["snoozed_until"] - NOW >= timedelta(hours=2)


def test_a_promised_call_is_a_task_of_its_own(counter: Counter) -> None:
    number = counter.ask("Alice")

    said = counter("snooze", number, "30h", "--promised", "--by", "Anna", "--note", "After ten.")

    (told,) = counter("list", "--json").json
    assert f"Task {told['id']} is to ring again on" in said.out
    assert (told["kind"], told["script"].splitlines()[0]) == ("call_back", "After ten.")
    assert counter.task(number)["outcome"] == "reached"


def _again(session: Session, number: str) -> int:
    """Somebody is asked to ring the customer of a task once more."""
    row = session.execute(select(staff_tasks).where(staff_tasks.c.id == int(number))).mappings().one()
    return open_task(
        session,
        kind=TaskKind.CALL_BACK,
        message_id=None,
        customer_id=row["customer_id"],
        order_id=row["order_id"],
        script="Ring her, please.",
        due_at=NOW + timedelta(hours=1),
        now=NOW,
    )


def _cancel_the_rest(session: Session) -> None:
    session.execute(update(messages).where(messages.c.status == "scheduled").values(status="cancelled"))


def _put(session: Session, number: str, /, **values: Any) -> None:
    """Brings what follows a task into a state."""
    asked_by = select(staff_tasks.c.message_id).where(staff_tasks.c.id == int(number)).scalar_subquery()
    passage = select(messages.c.enrolment_id).where(messages.c.id == asked_by).scalar_subquery()
    rest = update(messages).where(messages.c.enrolment_id == passage, messages.c.id != asked_by)
    session.execute(rest.values(values))
