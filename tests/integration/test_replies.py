"""What becomes of a message after it has left: the campaign learns of it, once, and goes on."""

from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.reading import parse
from paldies.campaigns.words import EventKind, Purpose
from paldies.channels import TRAITS
from paldies.channels.absent import Absent
from paldies.channels.base import DeliveryError, Doubt, Outgoing, Receipt, Rendered, Report, Trace
from paldies.clock import SteppedClock
from paldies.customers.consents import Answer, record
from paldies.outbox.budget import Budget
from paldies.outbox.composer import Composer
from paldies.outbox.dispatcher import Dispatcher
from paldies.outbox.doubt import resolve_doubts
from paldies.outbox.evidence import House
from paldies.outbox.ledger import Ledger
from paldies.outbox.links import Links
from paldies.outbox.planning import plan_new_events
from paldies.outbox.plans import Draft, Plans, publish
from paldies.outbox.rate import Rate
from paldies.outbox.sender import Sender
from paldies.outbox.supply import OwnSupply
from paldies.replies import deliveries
from paldies.replies.asking import Asking
from paldies.reports.telling import to_text
from paldies.reports.why import explain
from paldies.store.database import Database
from paldies.store.schema import attempts, delivery_events, enrolments, messages, orders, suppressions
from paldies.templates.library import Library
from paldies.templates.values import ShopCard
from tests.factories import NOON, RIGA
from tests.fake_channel import FakeChannel
from tests.integration.test_dispatcher import Staff
from tests.rows import add_customer, add_event, add_order

ALICE = "+37120000001"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
REMINDER = """
title = "The first day"
trigger = "order.confirmed"
stop_on = ["order.cancelled"]

[[steps]]
name = "reminder"
after = "1h"
channels = ["call", "sms", "task"]
retry = ["30m", "3h"]
purpose = "service"
expires = "8h"
window = { hours = "9:00-20:00" }
"""
SAID = {
    "answered": DeliveryKind.ANSWERED,
    "machine": DeliveryKind.VOICEMAIL,
    "busy": DeliveryKind.BUSY,
    "no answer": DeliveryKind.NO_ANSWER,
    "ringing": DeliveryKind.RINGING,
    "failed": DeliveryKind.FAILED,
}


class Provider(FakeChannel):
    """A channel that can be asked; `says` are its answers in turn, the last one again and again."""

    def __init__(self, name: str, clock: SteppedClock) -> None:
        super().__init__(TRAITS[name])
        self._clock = clock
        self._prices = {"call": Decimal("0.10"), "sms": Decimal("0.08")}
        self.says: deque[str] = deque(["answered"])
        self.is_dead = self.is_off = False
        self.on_record: dict[str, Receipt] = {}
        self.traces: list[Trace] = []

    def price(self, rendered: Rendered) -> Decimal:
        return self._prices.get(self.traits.name, Decimal(0))

    async def send(self, message: Outgoing) -> Receipt:
        await super().send(message)
        return Receipt(f"{self.traits.name}-{len(self.sent)}", MINUTE)

    async def report(self, receipt: str) -> Report:
        if self.is_off:
            raise DeliveryError("no connection", permanent=False, fault="provider")
        said = self.says.popleft() if len(self.says) > 1 else self.says[0]
        kind = SAID[said]
        return Report(
            kind,
            f"{receipt} {said}",
            self._clock.now(),
            note=said,
            ask_after=None if kind.is_final else MINUTE,
            address_is_dead=self.is_dead,
        )

    async def find(self, trace: Trace) -> Receipt | None:
        self.traces.append(trace)
        return self.on_record.get(trace.to)


@dataclass
class Desk:
    """All channels of one shop, at a standing clock."""

    database: Database
    clock: SteppedClock
    channels: dict[str, Provider]
    dispatchers: Sequence[Dispatcher]
    asking: Asking
    plans: Plans
    staff: Staff

    async def order(self, name: str = "Alice", phone: str = ALICE) -> int:
        def insert(session: Any) -> int:
            customer = add_customer(session, name, phone=phone)
            yes = [Answer(phone, name, Purpose.SERVICE, True, _YESTERDAY) for name in ("call", "sms")]
            record(session, yes, source="person")
            order = add_order(session, customer, EventKind.CONFIRMED, phone=phone)
            plan_new_events(session, self.plans, RIGA, now=NOON)
            return order

        return await self.database.run(insert)

    async def at(self, span: timedelta) -> None:
        """Everything due at NOON + `span`: sent, settled, asked for."""
        self.clock.move_to(NOON + span)
        await self.asking.follow_up()
        for _ in range(4):  # a leg that is skipped opens the next one for the next dispatcher
            for dispatcher in self.dispatchers:
                await dispatcher.dispatch()
                await dispatcher.drained()

    def legs(self) -> list[tuple[int, str, str, str]]:
        wanted = select(messages.c.leg, messages.c.channel, messages.c.status, messages.c.reason)
        in_order = wanted.order_by(messages.c.id)
        return self.database.look(lambda session: [tuple(row) for row in session.execute(in_order)])

    def states(self) -> list[str]:
        return self.database.look(lambda session: list(session.scalars(select(enrolments.c.state))))

    def rows(self, table: Any) -> list[Any]:
        return self.database.look(lambda session: list(session.execute(select(table))))


_YESTERDAY = NOON - timedelta(days=1)


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    made = make_desk(database, tmp_path)
    yield made
    for dispatcher in made.dispatchers:
        await dispatcher.stop(5)


def make_desk(
    database: Database, folder: Path, *, without: str = "email", budget: Decimal | None = None
) -> Desk:
    templates = folder / "message_templates"
    (templates / "first_day").mkdir(parents=True, exist_ok=True)
    for channel in ("call", "sms", "task"):
        (templates / "first_day" / f"reminder.{channel}.txt").write_text(f"The shop, by {channel}.\n")
    library = Library(templates, locale="en")
    assert not library.refresh()
    clock, staff, plans = SteppedClock(NOON), Staff(), Plans(TRAITS)
    campaign = parse(REMINDER, file="first_day/campaign.toml", name="first_day", channels=TRAITS)
    database.now(publish, Draft(campaign, REMINDER), _YESTERDAY)
    channels = {name: Provider(name, clock) for name in TRAITS if name not in without.split()}
    links, purse = Links("https://berzs.example", b"secret"), Budget(budget, ZoneInfo(RIGA))
    database.look(purse.load, clock.now())
    dispatchers = [
        Dispatcher(
            Sender(
                channels.get(name) or Absent(traits),
                Composer(library, ShopCard(name="Bērzs"), mailbox="a@berzs.example", links=links),
                ledger=Ledger(database),
                clock=clock,
                alerts=staff,
                budget=purse,
                links=links,
                process="test",
            ),
            database=database,
            plans=plans,
            house=House(home_zone=RIGA, channels=frozenset(channels)),
            supply=OwnSupply(database, name, rate=Rate("1000/s"), clock=clock),
        )
        for name, traits in TRAITS.items()
    ]
    asking = Asking(list(channels.values()), database=database, plans=plans, clock=clock)
    return Desk(database, clock, channels, dispatchers, asking, plans, staff)


async def test_a_person_who_answers_ends_the_step(desk: Desk) -> None:
    desk.channels["call"].says = deque(["ringing", "ringing", "answered"])
    await desk.order()

    await desk.at(HOUR)
    while_it_rings = desk.states()
    for minute in range(1, 5):
        await desk.at(HOUR + minute * MINUTE)

    assert while_it_rings == ["open"]
    assert desk.legs() == [(1, "call", "sent", "")]
    assert desk.states() == ["finished"]
    assert [(event.kind, event.note) for event in desk.rows(delivery_events)] == [
        ("ringing", "ringing"),
        ("answered", "answered"),
    ]


async def test_a_busy_line_is_tried_again_and_again_and_then_comes_the_next_channel(desk: Desk) -> None:
    desk.channels["call"].says = deque(["busy", "no answer"])
    await desk.order()

    tried = []
    for minute in (0, 1, 30, 31, 32, 211, 212, 213):
        await desk.at(HOUR + minute * MINUTE)
        if len(desk.channels["call"].sent) > len(tried):
            tried.append(minute)

    assert tried == [0, 31, 212]  # half an hour and three hours after it was known that nobody answered
    assert desk.legs() == [
        (1, "call", "failed", "not_reached"),
        (2, "call", "failed", "not_reached"),
        (3, "call", "failed", "not_reached"),
        (4, "sms", "sent", ""),
    ]


async def test_an_answering_machine_is_not_rung_again(desk: Desk) -> None:
    desk.channels["call"].says = deque(["machine"])
    await desk.order()

    await desk.at(HOUR)
    await desk.at(HOUR + MINUTE)

    assert desk.legs() == [(1, "call", "failed", "answered_by_machine"), (4, "sms", "sent", "")]


async def test_why_tells_what_became_of_each_leg(desk: Desk) -> None:
    desk.channels["call"].says, desk.channels["sms"].says = deque(["machine"]), deque(["ringing"])
    await desk.order()
    await desk.at(HOUR)
    await desk.at(HOUR + MINUTE)

    [order] = desk.rows(orders)
    [story] = desk.database.look(
        explain, order.number, plans=desk.plans, house=House(home_zone=RIGA), now=desk.clock.now()
    )
    told = " ".join(to_text(story).split())

    assert "call: Failed on Wed 18 Nov 13:01. Only an answering machine was reached (machine)." in told
    assert "- An answering machine was reached on Wed 18 Nov 13:01 (machine)" in told
    assert "sms: Sent on Wed 18 Nov 13:01 to +37120000001. What became of it is not known yet." in told


async def test_the_same_report_twice_opens_one_leg(desk: Desk) -> None:
    await desk.order()
    await desk.at(HOUR)
    [call] = desk.rows(messages)
    report = Report(DeliveryKind.VOICEMAIL, "call-1 machine", NOON + HOUR)

    news = [
        await desk.database.run(deliveries.record, call.id, report, plans=desk.plans, now=NOON + HOUR)
        for _ in range(3)
    ]

    assert news == [True, False, False]
    assert [leg[:2] for leg in desk.legs()] == [(1, "call"), (4, "sms")]


async def test_a_report_that_comes_too_late_changes_nothing(desk: Desk) -> None:
    await desk.order()
    await desk.at(HOUR)
    [call] = desk.rows(messages)

    for kind in (DeliveryKind.BUSY, DeliveryKind.RINGING, DeliveryKind.ANSWERED):
        report = Report(kind, f"call-1 {kind}", NOON + HOUR, ask_after=MINUTE)
        await desk.database.run(deliveries.record, call.id, report, plans=desk.plans, now=NOON + HOUR)

    assert desk.legs()[0] == (1, "call", "failed", "not_reached")
    assert len(desk.rows(delivery_events)) == 3
    assert desk.rows(messages)[0].look_at is None


async def test_a_cancelled_order_is_not_called_about_again(desk: Desk) -> None:
    order = await desk.order()
    await desk.at(HOUR)
    desk.channels["call"].says = deque(["busy"])

    await desk.database.run(add_event, order, EventKind.CANCELLED, at=NOON + HOUR)
    await desk.database.run(plan_new_events, desk.plans, RIGA, now=NOON + HOUR)
    await desk.at(HOUR + MINUTE)

    assert desk.legs() == [(1, "call", "failed", "not_reached")]
    assert desk.states() == ["stopped"]


async def test_a_number_that_does_not_exist_is_never_called_again(desk: Desk) -> None:
    desk.channels["call"].says, desk.channels["call"].is_dead = deque(["failed"]), True
    await desk.order()

    await desk.at(HOUR)
    await desk.at(HOUR + MINUTE)

    [suppression] = desk.rows(suppressions)
    assert (suppression.address, suppression.channel, suppression.source) == (ALICE, "call", "bounce")
    assert desk.legs() == [(1, "call", "failed", "refused"), (4, "sms", "sent", "")]


async def test_a_provider_that_cannot_be_asked_is_asked_later(desk: Desk) -> None:
    await desk.order()
    await desk.at(HOUR)

    desk.channels["call"].is_off = True
    await desk.at(HOUR + MINUTE)
    desk.channels["call"].is_off = False
    await desk.at(HOUR + 2 * MINUTE)

    assert desk.legs() == [(1, "call", "sent", "")]
    assert desk.states() == ["finished"]


async def test_a_call_whose_answer_was_lost_is_found_and_not_repeated(desk: Desk) -> None:
    call = desk.channels["call"]
    call.answers[ALICE].append(Doubt("no answer within 15 s"))
    await desk.order()
    await desk.at(HOUR)
    in_doubt = desk.legs()

    call.on_record[ALICE] = Receipt("CA1", MINUTE)
    desk.clock.move_to(NOON + HOUR + MINUTE)
    await desk.asking.trace()
    await desk.at(HOUR + 2 * MINUTE)

    assert in_doubt == [(1, "call", "unconfirmed", "unconfirmed")]
    [trace] = call.traces
    assert (trace.to, trace.text, trace.began_at) == (ALICE, "The shop, by call.\n", NOON + HOUR)
    assert desk.legs() == [(1, "call", "sent", "")]
    assert call.sent == []


async def test_a_call_of_which_there_is_no_trace_is_never_repeated(desk: Desk) -> None:
    desk.channels["call"].answers[ALICE].append(Doubt("no answer within 15 s"))
    await desk.order()
    await desk.at(HOUR)

    for hour in range(1, 10):
        await desk.at(hour * HOUR)
        await desk.asking.trace()
        await desk.database.run(resolve_doubts, set(), now=desk.clock.now())

    assert desk.legs() == [(1, "call", "failed", "unconfirmed")]
    assert desk.channels["call"].sent == []


async def test_a_callback_settles_a_doubt_and_has_the_provider_asked_at_once(desk: Desk) -> None:
    desk.channels["call"].answers[ALICE].append(Doubt("no answer within 15 s"))
    await desk.order()
    await desk.at(HOUR)
    [attempt] = desk.rows(attempts)

    known = await desk.database.run(deliveries.poke, attempt.claim_id, "CA1", now=NOON + HOUR)
    unknown = await desk.database.run(deliveries.poke, "nobody.1", "CA2", now=NOON + HOUR)
    await desk.at(HOUR)

    assert (known, unknown) == (True, False)
    assert desk.rows(messages)[0].receipt == "CA1"
    assert desk.legs() == [(1, "call", "sent", "")]
    assert desk.states() == ["finished"]


async def test_a_doubtful_call_that_a_callback_proves_and_nobody_answered_is_tried_again(desk: Desk) -> None:
    desk.channels["call"].answers[ALICE].append(Doubt("no answer within 15 s"))
    desk.channels["call"].says = deque(["busy"])
    await desk.order()
    await desk.at(HOUR)
    [attempt] = desk.rows(attempts)

    await desk.database.run(deliveries.poke, attempt.claim_id, "CA1", now=NOON + HOUR)
    await desk.at(HOUR)

    assert desk.legs() == [(1, "call", "failed", "not_reached"), (2, "call", "scheduled", "")]


async def test_a_channel_that_is_not_set_up_leaves_it_to_the_next(database: Database, tmp_path: Path) -> None:
    desk = make_desk(database, tmp_path, without="call sms")
    await desk.order()

    await desk.at(HOUR)

    assert desk.legs() == [
        (1, "call", "skipped", "no_channel"),
        (4, "sms", "skipped", "no_channel"),
        (7, "task", "sent", ""),
    ]


async def test_what_the_budget_does_not_allow_goes_another_way(database: Database, tmp_path: Path) -> None:
    desk = make_desk(database, tmp_path, budget=Decimal("0.25"))
    for number, name in enumerate(("Alice", "Boris", "Carla"), start=1):
        await desk.order(name, f"+3712000000{number}")

    await desk.at(HOUR)

    assert [leg[1:] for leg in desk.legs()] == [
        ("call", "sent", ""),
        ("call", "sent", ""),
        ("call", "skipped", "budget_spent"),
        ("sms", "skipped", "budget_spent"),
        ("task", "sent", ""),
    ]
    assert set(desk.staff.told) == {"budget: The day's budget for calls and text messages is spent."}


async def test_the_budget_counts_what_was_spent_before_a_restart(database: Database, tmp_path: Path) -> None:
    desk = make_desk(database, tmp_path, budget=Decimal("0.25"))
    await desk.order()
    await desk.at(HOUR)
    again = Budget(Decimal("0.25"), ZoneInfo(RIGA))

    database.look(again.load, NOON + HOUR)
    tomorrow = NOON.replace(hour=22)  # midnight in Riga

    assert again.closed_until(Decimal("0.15"), NOON + HOUR) is None
    assert again.closed_until(Decimal("0.16"), NOON + HOUR) == tomorrow
    assert again.closed_until(Decimal("0.16"), tomorrow) is None


async def test_a_call_that_was_refused_costs_nothing(database: Database, tmp_path: Path) -> None:
    desk = make_desk(database, tmp_path, budget=Decimal("0.10"))
    desk.channels["call"].answers[ALICE].append(
        DeliveryError("no such number", permanent=True, fault="recipient", code="21211")
    )
    await desk.order()

    await desk.at(HOUR)

    assert desk.legs() == [(1, "call", "failed", "refused"), (4, "sms", "sent", "")]
    assert [row.cost for row in desk.rows(attempts)] == [0, Decimal("0.08")]


async def test_a_channel_with_others_behind_it_has_half_of_the_time_for_an_answer(desk: Desk) -> None:
    desk.channels["call"].says = deque(["machine"])
    await desk.order()

    await desk.at(HOUR)
    await desk.at(2 * HOUR)

    [call], [sms] = desk.channels["call"].sent, desk.channels["sms"].sent
    assert call.answer_by == NOON + HOUR + 4 * HOUR
    assert sms.answer_by == NOON + 2 * HOUR + 7 * HOUR / 2
    # the step's hours end at eight in the evening, less the call's margin of ten minutes
    assert call.must_arrive_by == datetime(2026, 11, 18, 17, 50, tzinfo=UTC)
    assert call.callback_url.startswith("https://berzs.example/twilio/test.")
