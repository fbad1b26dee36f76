"""Staff tasks: asked for by a campaign, done by people, and what that does to the campaign."""

import asyncio
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.reading import parse
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EnrolmentState, EventKind, Purpose, TaskKind, TaskOutcome
from paldies.channels import TRAITS
from paldies.channels.base import (
    Answerable,
    Channel,
    DeliveryError,
    Letterhead,
    Outgoing,
    Rendered,
    Trace,
)
from paldies.channels.task.channel import TaskChannel
from paldies.clock import SteppedClock
from paldies.customers.suppressions import suppress
from paldies.outbox import tasks as withdrawing
from paldies.outbox.endings import stop
from paldies.outbox.planning import plan_new_events
from paldies.outbox.plans import Draft, Plans, publish
from paldies.replies.asking import Asking
from paldies.replies.deliveries import record
from paldies.replies.task_list import Task, before, find_task, to_do
from paldies.replies.tasks import Done, TaskRefused, done, open_task, promise, snooze
from paldies.store.database import Database
from paldies.store.schema import (
    attempts,
    cases,
    delivery_events,
    enrolments,
    messages,
    staff_tasks,
    suppressions,
)
from tests.factories import NOON, RIGA, VLADIVOSTOK
from tests.rows import add_customer, add_order

DEADLINE = NOON + timedelta(hours=6)
EXPIRY = NOON + timedelta(hours=12)
SOON = NOON + timedelta(minutes=20)
NUMBER = "+37120000001"
REMINDER = """
title = "The first day"
trigger = "order.confirmed"
stop_on = ["order.refunded"]

[[steps]]
name = "2_reminder"
after = "0s"
channels = ["task", "email"]
retry = ["3h"]
purpose = "service"
"""


class Shop:
    """One campaign that asks for a call and has e-mail behind it, at a standing clock."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = SteppedClock(NOON)
        self.plans = Plans(TRAITS)
        self.channel = TaskChannel(database, self.clock)
        self.asking = Asking([self.channel], database=database, plans=self.plans, clock=self.clock)
        with database.session() as session:
            campaign = parse(REMINDER, file="first_day", name="first_day", channels=TRAITS)
            publish(session, Draft(campaign, REMINDER), NOON - timedelta(days=1))

    async def asks(self, name: str = "Alice", *, phone: str = NUMBER, **order: Any) -> int:
        """The number of the task that a new order of this customer's has led to."""
        key = self.database.now(self._message, name, phone, order)
        receipt = await self.channel.send(outgoing(key))
        self.database.now(self._settle, key, receipt.id, receipt.ask_after)
        return int(receipt.id.removeprefix("task "))

    def _message(self, session: Session, name: str, phone: str, order: dict[str, Any]) -> str:
        add_order(session, add_customer(session, name), EventKind.CONFIRMED, phone=phone, **order)
        plan_new_events(session, self.plans, RIGA, now=NOON)
        row = session.execute(select(messages).order_by(messages.c.id.desc())).mappings().first()
        assert row
        claimed = {"status": "sending", "claim_id": row["key"], "claimed_at": NOON, "expires_at": EXPIRY}
        session.execute(update(messages).where(messages.c.id == row["id"]).values(claimed))
        tried = {"message_id": row["id"], "claim_id": row["key"], "address": phone, "started_at": NOON}
        empty = {"locale": "", "text_version": "", "outcome": "", "note": "", "cost": 0}
        session.execute(attempts.insert().values(**tried, **empty))
        return str(row["key"])

    def _settle(self, session: Session, key: str, receipt: str, ask_after: timedelta | None) -> None:
        assert ask_after
        sent = {"status": "sent", "receipt": receipt, "sent_at": NOON, "look_at": NOON + ask_after}
        session.execute(update(messages).where(messages.c.key == key).values(sent))

    def say(self, task: int, outcome: TaskOutcome, *, by: str = "Anna", note: str = "") -> Done:
        now = self.clock.now()
        return self.database.now(done, task, outcome, by=by, note=note, plans=self.plans, now=now)

    def to_do(self, **only: Any) -> list[Task]:
        return self.database.look(to_do, self.clock.now(), **only)

    def task(self, number: int) -> Task:
        found = self.database.look(find_task, number)
        assert found
        return found

    def legs(self) -> list[tuple[str, str, str]]:
        """Channel, state and reason of every message, in the order in which they came."""
        return [(row["channel"], row["status"], row["reason"]) for row in self.rows(messages)]

    def silenced(self) -> set[tuple[str, str]]:
        return {(row["address"], row["channel"]) for row in self.rows(suppressions)}

    def rows(self, table: Any) -> list[Any]:
        wanted = select(table).order_by(table.c.id)
        return self.database.look(lambda session: list(session.execute(wanted).mappings()))


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


def outgoing(key: str, *, answer_by: datetime | None = DEADLINE) -> Outgoing:
    rendered = Rendered("1", Letterhead("shop@example.com"), NUMBER, "Alice", "", "Ring Alice.")
    return Outgoing(
        rendered, "m@example.com", key, "first_day", Purpose.SERVICE, "claim", answer_by=answer_by
    )


# the channel


async def test_a_message_becomes_a_task_with_its_words_and_its_deadline(shop: Shop) -> None:
    number = await shop.asks()

    task = shop.task(number)
    assert (task.kind, task.script, task.due_at) == (TaskKind.STEP, "Ring Alice.", DEADLINE)
    assert (task.name, task.phone, task.campaign, task.step) == ("Alice", NUMBER, "first_day", "2_reminder")
    assert isinstance(shop.channel, Answerable)
    channel: Channel = shop.channel
    assert channel.price(outgoing("").rendered) == 0


async def test_sent_twice_it_is_one_task(shop: Shop) -> None:
    number = await shop.asks()
    (message,) = shop.rows(messages)

    again = await shop.channel.send(outgoing(message["key"]))

    assert again.id == f"task {number}"
    assert again.ask_after == DEADLINE - NOON
    assert len(shop.rows(staff_tasks)) == 1


async def test_a_task_is_found_by_the_attempt_that_asked_for_it(shop: Shop) -> None:
    number = await shop.asks()
    (attempt,) = shop.rows(attempts)

    found = await shop.channel.find(Trace(attempt["claim_id"], NUMBER, "", NOON, frozenset()))
    nothing = await shop.channel.find(Trace("another", NUMBER, "", NOON, frozenset()))

    assert found and found.id == f"task {number}"
    assert nothing is None


async def test_nobody_is_asked_for_an_order_that_ended_while_the_message_left(shop: Shop) -> None:
    key = shop.database.now(shop._message, "Alice", NUMBER, {})
    (passage,) = shop.rows(enrolments)
    shop.database.now(stop, [passage["id"]], Reason.ORDER_REFUNDED, NOON)

    with pytest.raises(DeliveryError, match="stopped") as refusal:
        await shop.channel.send(outgoing(key))

    assert (refusal.value.permanent, refusal.value.fault) == (False, "recipient")
    assert not shop.rows(staff_tasks)


@pytest.mark.parametrize("key", ["", "first_day/nobody/order.confirmed.1/2_reminder/1"])
async def test_a_message_that_nobody_planned_becomes_no_task(shop: Shop, key: str) -> None:
    with pytest.raises(DeliveryError, match="no message") as refusal:
        await shop.channel.send(outgoing(key))

    assert (refusal.value.permanent, refusal.value.fault) == (True, "us")


async def test_a_database_that_cannot_be_used_is_nobodys_fault_but_the_providers(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as empty:
        channel = TaskChannel(empty, SteppedClock(NOON))

        for ask in (
            channel.send(outgoing("key")),
            channel.report("task 1"),
            channel.find(Trace("claim", NUMBER, "", NOON, frozenset())),
        ):
            with pytest.raises(DeliveryError) as refusal:
                await ask
            assert (refusal.value.permanent, refusal.value.fault) == (False, "provider")


async def test_an_open_task_is_asked_about_again_at_its_deadline(shop: Shop) -> None:
    number = await shop.asks()
    shop.clock.move_to(SOON)

    report = await shop.channel.report(f"task {number}")

    assert (report.kind, report.ask_after) == (DeliveryKind.QUEUED, DEADLINE - SOON)


async def test_what_nobody_knows_cannot_be_reported(shop: Shop) -> None:
    with pytest.raises(DeliveryError, match="no 'task 77'"):
        await shop.channel.report("task 77")


# its deadline


async def test_a_task_that_nobody_did_opens_the_next_leg(shop: Shop) -> None:
    number = await shop.asks()
    shop.clock.move_to(DEADLINE)

    await shop.asking.follow_up()

    assert shop.legs() == [("task", "failed", "not_done"), ("email", "scheduled", "")]
    assert shop.task(number).outcome == TaskOutcome.NOT_DONE
    assert not shop.to_do()


async def test_until_its_deadline_nothing_follows(shop: Shop) -> None:
    await shop.asks()
    shop.clock.move_to(DEADLINE - timedelta(seconds=1))

    await shop.asking.follow_up()

    assert shop.legs() == [("task", "sent", "")]
    assert [task.is_overdue(shop.clock.now()) for task in shop.to_do()] == [False]


async def test_nobody_does_a_task_whose_time_is_over(shop: Shop) -> None:
    number = await shop.asks()
    shop.clock.move_to(DEADLINE)
    await shop.asking.follow_up()

    with pytest.raises(TaskRefused, match="time was over"):
        shop.say(number, TaskOutcome.REACHED)

    assert shop.task(number).outcome == TaskOutcome.NOT_DONE


async def test_a_crash_between_the_closing_and_the_campaign_loses_nothing(shop: Shop) -> None:
    number = await shop.asks()
    shop.clock.move_to(DEADLINE)
    first = await shop.channel.report(f"task {number}")

    shop.clock.move_to(DEADLINE + timedelta(hours=1))
    await shop.asking.follow_up()

    assert first.kind is DeliveryKind.NOT_DONE
    assert (await shop.channel.report(f"task {number}")) == first
    assert shop.legs()[1] == ("email", "scheduled", "")


async def test_of_a_clerk_and_a_deadline_one_wins(shop: Shop) -> None:
    number = await shop.asks()
    shop.clock.move_to(DEADLINE)

    async def clerk() -> str:
        try:
            await asyncio.to_thread(shop.say, number, TaskOutcome.REACHED)
        except TaskRefused:
            return "refused"
        return "done"

    said, _ = await asyncio.gather(clerk(), shop.asking.follow_up())
    await shop.asking.follow_up()

    if said == "done":
        assert shop.task(number).outcome == TaskOutcome.REACHED
        assert shop.legs() == [("task", "sent", "")]
    else:
        assert shop.task(number).outcome == TaskOutcome.NOT_DONE
        assert shop.legs() == [("task", "failed", "not_done"), ("email", "scheduled", "")]


# what staff say


async def test_who_was_reached_is_told_nothing_more(shop: Shop) -> None:
    number = await shop.asks()

    told = shop.say(number, TaskOutcome.REACHED, note="She has the key.")

    assert told.next is None
    assert shop.legs() == [("task", "sent", "")]
    assert [row["state"] for row in shop.rows(enrolments)] == [EnrolmentState.FINISHED]
    (event,) = shop.rows(delivery_events)
    assert (event["kind"], event["note"]) == ("answered", "Anna: She has the key.")


async def test_nobody_there_is_another_try_later(shop: Shop) -> None:
    number = await shop.asks()

    told = shop.say(number, TaskOutcome.NO_ANSWER)

    assert told.next and (told.next.channel, told.next.at) == ("task", NOON + timedelta(hours=3))
    assert shop.legs() == [("task", "failed", "not_reached"), ("task", "scheduled", "")]


async def test_a_machine_that_answered_leads_to_the_next_channel(shop: Shop) -> None:
    number = await shop.asks()

    told = shop.say(number, TaskOutcome.VOICEMAIL)

    assert told.next and told.next.channel == "email"
    assert shop.legs()[0] == ("task", "failed", "answered_by_machine")


async def test_a_wrong_number_is_used_by_nothing_any_more(shop: Shop) -> None:
    number = await shop.asks()

    told = shop.say(number, TaskOutcome.WRONG_NUMBER)

    assert told.silenced == NUMBER
    assert shop.silenced() == {(NUMBER, channel) for channel in ("call", "sms", "task")}
    assert shop.legs() == [("task", "failed", "refused"), ("email", "scheduled", "")]


async def test_who_wants_no_calls_gets_none(shop: Shop) -> None:
    number = await shop.asks()

    told = shop.say(number, TaskOutcome.NO_MORE)

    assert (told.silenced, told.next) == (NUMBER, None)
    assert shop.silenced() == {(NUMBER, "call"), (NUMBER, "task")}
    assert {row["reason"] for row in shop.rows(suppressions)} == {"asked Anna not to be called again"}


async def test_a_problem_opens_a_case(shop: Shop) -> None:
    number = await shop.asks()

    told = shop.say(number, TaskOutcome.PROBLEM, note="The box was open.")

    (case,) = shop.rows(cases)
    assert (told.case, case["text"], case["closed_at"]) == (case["id"], "The box was open.", None)
    assert shop.legs() == [("task", "sent", "")]


async def test_a_problem_that_nobody_describes_is_none(shop: Shop) -> None:
    number = await shop.asks()

    with pytest.raises(TaskRefused, match="--note"):
        shop.say(number, TaskOutcome.PROBLEM, note=" ")

    assert len(shop.to_do()) == 1


async def test_without_a_number_none_can_be_wrong(shop: Shop) -> None:
    number = await shop.asks(phone="")

    with pytest.raises(TaskRefused, match="no telephone number"):
        shop.say(number, TaskOutcome.WRONG_NUMBER)

    assert not shop.silenced()


async def test_a_task_is_done_once(shop: Shop) -> None:
    number = await shop.asks()
    shop.say(number, TaskOutcome.REACHED)

    with pytest.raises(TaskRefused, match="Anna has done it already: reached"):
        shop.say(number, TaskOutcome.WRONG_NUMBER, by="Boriss")

    assert not shop.silenced()
    assert shop.task(number).done_by == "Anna"


@pytest.mark.parametrize("outcome", [TaskOutcome.NOT_DONE, TaskOutcome.WITHDRAWN])
async def test_what_nobody_can_say_is_refused(shop: Shop, outcome: TaskOutcome) -> None:
    number = await shop.asks()

    with pytest.raises(TaskRefused):
        shop.say(number, outcome)

    assert len(shop.to_do()) == 1


def test_a_task_that_is_not_there_is_refused(shop: Shop) -> None:
    with pytest.raises(TaskRefused, match="no task 77"):
        shop.say(77, TaskOutcome.REACHED)


async def test_a_report_after_it_was_done_says_the_same_and_changes_nothing(shop: Shop) -> None:
    number = await shop.asks()
    shop.say(number, TaskOutcome.NO_ANSWER)
    before_it = shop.legs()
    (message, _) = shop.rows(messages)
    report = await shop.channel.report(f"task {number}")

    assert not shop.database.now(record, message["id"], report, plans=shop.plans, now=SOON)

    assert (report.kind, shop.legs()) == (DeliveryKind.NO_ANSWER, before_it)


# later


async def test_a_snoozed_task_is_behind_the_others_until_its_moment(shop: Shop) -> None:
    first, second = await shop.asks(), await shop.asks("Boris", phone="+79140000001")

    snoozed = shop.database.now(snooze, first, NOON + timedelta(hours=2), now=NOON)

    assert snoozed.due_at == DEADLINE
    assert [task.id for task in shop.to_do()] == [second, first]
    shop.clock.move_to(NOON + timedelta(hours=2))
    assert [task.id for task in shop.to_do()] == [first, second]


async def test_a_snooze_beyond_the_deadline_moves_it_and_the_question(shop: Shop) -> None:
    number = await shop.asks()
    until = DEADLINE + timedelta(hours=2)

    snoozed = shop.database.now(snooze, number, until, now=NOON)
    shop.clock.move_to(until)
    await shop.asking.follow_up()

    assert snoozed.due_at == until + timedelta(hours=1)
    assert shop.legs() == [("task", "sent", "")]
    shop.clock.move_to(snoozed.due_at)
    await shop.asking.follow_up()
    assert shop.legs()[0] == ("task", "failed", "not_done")


async def test_a_snooze_leaves_no_more_time_than_the_campaign_has(shop: Shop) -> None:
    number = await shop.asks()

    snoozed = shop.database.now(snooze, number, EXPIRY - timedelta(minutes=10), now=NOON)

    assert snoozed.due_at == EXPIRY


@pytest.mark.parametrize(
    ("until", "sentence"), [(EXPIRY, "later than the campaign waits"), (NOON, "has passed")]
)
async def test_a_snooze_that_cannot_be_is_refused(shop: Shop, until: datetime, sentence: str) -> None:
    number = await shop.asks()

    with pytest.raises(TaskRefused, match=sentence):
        shop.database.now(snooze, number, until, now=NOON)

    assert shop.task(number).snoozed_until is None


async def test_what_is_done_cannot_be_snoozed(shop: Shop) -> None:
    number = await shop.asks()
    shop.say(number, TaskOutcome.REACHED)

    with pytest.raises(TaskRefused, match="done it already"):
        shop.database.now(snooze, number, SOON, now=NOON)

    assert shop.task(number).snoozed_until is None


async def test_a_promised_call_outlives_the_campaign(shop: Shop) -> None:
    number = await shop.asks()
    at = EXPIRY + timedelta(hours=10)

    told = shop.database.now(promise, number, at, by="Anna", note="After ten.", plans=shop.plans, now=NOON)
    shop.clock.move_to(at)
    await shop.asking.follow_up()

    (task,) = shop.to_do()
    assert told.promised and task.id == told.promised.task
    assert (task.kind, task.due_at) == (TaskKind.CALL_BACK, at + timedelta(hours=1))
    assert task.script == "After ten.\n\nRing Alice."
    assert shop.task(number).outcome == TaskOutcome.REACHED


async def test_what_a_customer_asked_for_may_be_snoozed_without_an_end(shop: Shop) -> None:
    number = shop.database.now(asked_to_be_rung, await customer_of(shop))

    snoozed = shop.database.now(snooze, number, EXPIRY + timedelta(days=3), now=NOON)

    assert snoozed.due_at == EXPIRY + timedelta(days=3, hours=1)


# what nobody should do any more


async def test_a_refund_takes_back_what_nobody_has_done(shop: Shop) -> None:
    number = await shop.asks()
    (passage,) = shop.rows(enrolments)

    shop.database.now(withdrawing.withdraw, [passage["id"]], Reason.ORDER_REFUNDED, SOON)

    assert not shop.to_do()
    assert shop.legs() == [("task", "cancelled", "order_refunded")]
    with pytest.raises(TaskRefused, match="withdrawn: The order was refunded"):
        shop.say(number, TaskOutcome.REACHED)


async def test_a_refund_takes_back_nothing_that_was_done_or_asked_for(shop: Shop) -> None:
    number = await shop.asks()
    shop.say(number, TaskOutcome.REACHED)
    (message,) = shop.rows(messages)
    shop.database.now(asked_to_be_rung, message["customer_id"], message=message["id"])

    shop.database.now(withdrawing.withdraw, [message["enrolment_id"]], Reason.ORDER_REFUNDED, SOON)

    assert [task.kind for task in shop.to_do()] == [TaskKind.CALL_BACK]
    assert shop.legs() == [("task", "sent", "")]


@pytest.mark.parametrize(
    ("address", "channel", "purpose"),
    [(NUMBER, "task", ""), (NUMBER, "", "service"), ("alice@example.com", "", "")],
)
async def test_who_must_not_be_contacted_is_not_on_the_list(
    shop: Shop, address: str, channel: str, purpose: str
) -> None:
    number = await shop.asks()

    never_again(shop, address, channel=channel, purpose=purpose)

    assert not shop.to_do()
    assert shop.task(number).is_unwanted


@pytest.mark.parametrize(
    ("address", "channel", "purpose"),
    [(NUMBER, "sms", ""), (NUMBER, "", "promotional"), ("boris@example.com", "", "")],
)
async def test_what_was_said_of_something_else_leaves_a_task_on_the_list(
    shop: Shop, address: str, channel: str, purpose: str
) -> None:
    await shop.asks()

    never_again(shop, address, channel=channel, purpose=purpose)

    assert len(shop.to_do()) == 1


async def test_an_unwanted_task_ends_for_that_reason_and_the_next_channel_is_asked(shop: Shop) -> None:
    number = await shop.asks()
    never_again(shop, NUMBER, channel="task")
    shop.clock.move_to(DEADLINE)

    await shop.asking.follow_up()

    assert shop.legs() == [("task", "failed", "suppressed"), ("email", "scheduled", "")]
    assert shop.task(number).outcome == TaskOutcome.WITHDRAWN


async def test_who_asks_to_be_rung_after_all_is_rung(shop: Shop) -> None:
    customer = await customer_of(shop)
    never_again(shop, NUMBER, channel="task", at=NOON - timedelta(days=30))

    shop.database.now(asked_to_be_rung, customer)

    assert [task.kind for task in shop.to_do()] == [TaskKind.CALL_BACK]


# the list


async def test_the_most_urgent_comes_first(shop: Shop) -> None:
    customer = await customer_of(shop)
    numbers = [
        shop.database.now(asked_to_be_rung, customer, due_at=NOON + timedelta(hours=hours))
        for hours in (3, 1, 2)
    ]
    shop.clock.move_to(NOON + timedelta(hours=1))

    listed = shop.to_do(kind=TaskKind.CALL_BACK)

    assert [task.id for task in listed] == [numbers[1], numbers[2], numbers[0]]
    assert [task.is_overdue(shop.clock.now()) for task in listed] == [True, False, False]
    assert [task.id for task in shop.to_do(due_before=NOON + timedelta(hours=2))] == [numbers[1], numbers[2]]
    assert [task.id for task in shop.to_do(limit=1)] == [numbers[1]]


async def test_a_task_without_an_order_has_the_customers_own_number(shop: Shop) -> None:
    with shop.database.session() as session:
        customer = add_customer(session, "Carla", phone="+12125550100")
        number = asked_to_be_rung(session, customer)

    task = shop.task(number)

    assert (task.name, task.phone, task.email) == ("Carla", "+12125550100", "carla@example.com")
    assert (task.order, task.zones, task.campaign, task.expires_at) == ("", (), "", None)


async def test_the_zones_of_the_order_are_known(shop: Shop) -> None:
    number = await shop.asks("Boris", phone="+79140000001", zones=[VLADIVOSTOK, "Etc/Unknown"])

    assert shop.task(number).zones == (VLADIVOSTOK,)


async def test_whoever_rings_knows_what_was_said_and_noted_before(shop: Shop) -> None:
    number = await shop.asks()
    shop.say(number, TaskOutcome.PROBLEM, note="The box was open.")
    customer = shop.task(number).customer_id
    again = shop.task(shop.database.now(asked_to_be_rung, customer))

    known = shop.database.look(before, again)

    assert known.complaints == ("The box was open.",)
    assert [(said.step, said.channel) for said in known.said] == [("2_reminder", "task")]
    assert [(noted.by, noted.outcome) for noted in known.noted] == [("Anna", "problem")]


async def test_a_message_asks_for_each_kind_of_thing_once(shop: Shop) -> None:
    number = await shop.asks()
    (message,) = shop.rows(messages)

    rung = [
        shop.database.now(asked_to_be_rung, message["customer_id"], message=message["id"]) for _ in range(2)
    ]

    assert len({number, *rung}) == 2


async def customer_of(shop: Shop) -> int:
    """Alice, for whom nothing is planned."""
    with shop.database.session() as session:
        return add_customer(session, "Alice", phone=NUMBER)


def asked_to_be_rung(
    session: Session, customer: int, *, message: int | None = None, due_at: datetime = DEADLINE
) -> int:
    return open_task(
        session,
        kind=TaskKind.CALL_BACK,
        message_id=message,
        customer_id=customer,
        order_id=None,
        script="",
        due_at=due_at,
        now=NOON,
    )


def never_again(
    shop: Shop, address: str, *, channel: str = "", purpose: str = "", at: datetime = SOON
) -> None:
    said = {"channel": channel, "purpose": purpose, "reason": "asked", "source": "person"}
    shop.database.now(suppress, address, now=at, **said)
