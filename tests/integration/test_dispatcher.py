"""The dispatcher sends what may go, once, and writes down everything else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from paldies.campaigns.decisions import Defer, Skip
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EventKind
from paldies.channels.base import NotBegun
from paldies.clock import SteppedClock
from paldies.customers.suppressions import suppress
from paldies.outbox import by_hand, queue
from paldies.outbox.budget import Budget
from paldies.outbox.composer import Composed, Composer, opened
from paldies.outbox.decided import Decided, apply
from paldies.outbox.dispatcher import Dispatcher
from paldies.outbox.doubt import resolve_doubts
from paldies.outbox.evidence import Brief, House
from paldies.outbox.ledger import Ledger
from paldies.outbox.links import Links
from paldies.outbox.planning import plan_new_events
from paldies.outbox.rate import Rate
from paldies.outbox.sender import Sender
from paldies.outbox.supply import OwnSupply
from paldies.store.database import Database
from paldies.store.schema import attempts, campaigns, messages, orders, suppressions
from paldies.templates.library import Library
from paldies.templates.values import ShopCard
from tests.factories import NOON, RIGA
from tests.fake_channel import PROVIDER_DOWN, REFUSED_FOR_GOOD, REFUSED_FOR_NOW, SILENCE, FakeChannel
from tests.rows import THE_FIRST_DAY, add_customer, add_event, add_order, plans, publish_campaign

MINUTES = timedelta(minutes=1)
CHOICE = "---\nsubject: Your order {{ order.number }}\n---\nHello {{ customer.first_name }}.\n"


class Staff:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, topic: str, sentence: str) -> None:
        self.told.append(f"{topic}: {sentence}")


@dataclass
class Bench:
    """A dispatcher with a channel that does as it is told, at a standing clock."""

    database: Database
    channel: FakeChannel
    clock: SteppedClock
    dispatcher: Dispatcher
    library: Library
    templates: Path
    told: list[str]

    async def plan(self) -> None:
        await self.database.run(plan_new_events, plans(), RIGA, now=self.clock.now())

    async def dispatch(self, *, at: timedelta) -> None:
        """Everything due at NOON + `at`, settled."""
        self.clock.move_to(NOON + at)
        await self.dispatcher.dispatch()
        await self.dispatcher.drained()

    async def orders(self, *names: str, **changes: Any) -> None:
        """One confirmed order at NOON for each."""
        await self.database.run(
            lambda session: [
                add_order(session, add_customer(session, n), EventKind.CONFIRMED, **changes) for n in names
            ]
        )
        await self.plan()

    def rows(self, step: str = "1_right_choice") -> list[Any]:
        wanted = select(messages).where(messages.c.step == step).order_by(messages.c.id)
        return self.database.look(lambda session: list(session.execute(wanted)))

    def outcomes(self, step: str = "1_right_choice") -> list[tuple[str, str]]:
        return [(row.status, row.reason) for row in self.rows(step)]


@pytest.fixture
async def bench(database: Database, tmp_path: Path) -> AsyncIterator[Bench]:
    folder = tmp_path / "message_templates" / "first_day"
    folder.mkdir(parents=True)
    (folder.parent / "_layout.email.html").write_text("<html><body><!-- content --></body></html>")
    for step in ("1_right_choice", "2_thank_you"):
        (folder / f"{step}.email.md").write_text(CHOICE)
    with database.session() as session:
        publish_campaign(session)
    async with make_bench(database, folder.parent) as made:
        yield made


@asynccontextmanager
async def make_bench(
    database: Database, templates: Path, *, rate: str = "1000/s", composer: type[Composer] = Composer
) -> AsyncIterator[Bench]:
    library = Library(templates, locale="en")
    problems = library.refresh()
    assert not [problem for problem in problems if not problem.is_warning], problems
    staff, clock, channel = Staff(), SteppedClock(NOON), FakeChannel()
    links = Links("https://berzs.example", b"secret")
    sender = Sender(
        channel,
        composer(library, ShopCard(name="Bērzs"), mailbox="Anna <anna@berzs.example>", links=links),
        ledger=Ledger(database),
        clock=clock,
        alerts=staff,
        budget=Budget(None, ZoneInfo(RIGA)),
        links=links,
        process="test",
    )
    dispatcher = Dispatcher(
        sender,
        database=database,
        plans=plans(),
        house=House(home_zone=RIGA),
        supply=OwnSupply(database, channel.traits.name, rate=Rate(rate), clock=clock),
    )
    yield Bench(database, channel, clock, dispatcher, library, templates, staff.told)
    await dispatcher.stop(5)


async def test_a_due_message_goes_once_with_its_text(bench: Bench) -> None:
    await bench.orders("Alice")

    await bench.dispatch(at=19 * MINUTES)
    early = list(bench.channel.sent)
    await bench.dispatch(at=20 * MINUTES)
    await bench.dispatch(at=21 * MINUTES)

    assert early == []
    [mail] = bench.channel.sent
    assert mail.rendered.to == "alice@example.com"
    assert mail.rendered.subject.startswith("Your order #")
    assert mail.rendered.text == "Hello Alice.\n"
    assert bench.outcomes() == [("sent", "")]


async def test_what_was_sent_can_be_read_again(bench: Bench) -> None:
    await bench.orders("Alice")
    await bench.dispatch(at=20 * MINUTES)

    attempt = bench.database.look(lambda session: session.execute(select(attempts)).one())

    assert opened(attempt.content)[1] == "Hello Alice.\n"
    assert (attempt.address, attempt.outcome, attempt.note) == ("alice@example.com", "sent", "queued as 1")


async def test_a_refund_before_the_message_is_due_cancels_the_whole_campaign(bench: Bench) -> None:
    await bench.orders("Alice")

    await bench.database.run(_refund)
    await bench.dispatch(at=20 * MINUTES)

    assert bench.channel.sent == []
    assert bench.outcomes() + bench.outcomes("2_thank_you") == [("cancelled", "order_refunded")] * 2


class ComposerDuringWhichAliceOptsOut(Composer):
    """The customer's wish reaches the database between the decision and the claim."""

    database: Database

    def compose(self, brief: Brief, now: datetime, *, expires_at: datetime) -> Composed:
        self.database.now(
            suppress, "alice@example.com", reason="She asked us to stop", source="person", now=NOON
        )
        return super().compose(brief, now, expires_at=expires_at)


async def test_an_opt_out_that_commits_while_the_message_is_being_prepared_wins(bench: Bench) -> None:
    ComposerDuringWhichAliceOptsOut.database = bench.database
    async with make_bench(
        bench.database, bench.templates, composer=ComposerDuringWhichAliceOptsOut
    ) as racing:
        await racing.orders("Alice")

        await racing.dispatch(at=20 * MINUTES)
        await racing.dispatch(at=20 * MINUTES)

        assert racing.channel.sent == []
        assert racing.outcomes() == [("skipped", "suppressed")]


async def test_refused_for_good_ends_the_step_and_the_address(bench: Bench) -> None:
    await bench.orders("Alice")
    bench.channel.answers["alice@example.com"].append(REFUSED_FOR_GOOD)

    await bench.dispatch(at=20 * MINUTES)

    [row] = bench.rows()
    suppressed = bench.database.look(lambda session: session.execute(select(suppressions)).one())
    assert (row.status, row.reason, row.note) == ("failed", "refused", "5.1.1 5.1.1 no such user")
    assert (suppressed.address, suppressed.channel) == ("alice@example.com", "email")


async def test_refused_for_now_is_tried_again_later(bench: Bench) -> None:
    await bench.orders("Alice")
    bench.channel.answers["alice@example.com"].append(REFUSED_FOR_NOW)

    await bench.dispatch(at=20 * MINUTES)
    [waiting] = bench.rows()
    await bench.dispatch(at=30 * MINUTES)

    assert (waiting.status, waiting.reason) == ("scheduled", "try_again")
    assert timedelta(minutes=5) <= waiting.send_at - (NOON + 20 * MINUTES) <= timedelta(minutes=7.5)
    assert [mail.key for mail in bench.channel.sent] == [waiting.key]
    assert bench.rows()[0].attempts == 2


async def test_a_provider_that_is_down_rests_the_channel_and_costs_no_message_anything(bench: Bench) -> None:
    await bench.orders("Alice", "Boris", "Carla")
    for name in ("alice", "boris", "carla"):
        bench.channel.answers[f"{name}@example.com"].append(PROVIDER_DOWN)

    await bench.dispatch(at=20 * MINUTES)
    resting = bench.dispatcher.breaker.is_open
    await bench.dispatch(at=23 * MINUTES)

    assert resting
    assert len(bench.told) == 1
    for answers in bench.channel.answers.values():
        answers.clear()
    await bench.dispatch(at=26 * MINUTES)
    assert bench.outcomes() == [("sent", "")] * 3
    assert {row.attempts for row in bench.rows()} == {1}


async def test_a_clock_that_leaps_while_the_provider_is_down_puts_nothing_off_for_years(bench: Bench) -> None:
    await bench.orders("Alice")
    bench.channel.answers["alice@example.com"].append(PROVIDER_DOWN)
    bench.channel.gate.clear()

    leaving = asyncio.create_task(bench.dispatch(at=20 * MINUTES))
    await bench.channel.entered.wait()
    bench.clock.move_to(NOON + timedelta(days=730))
    bench.channel.gate.set()
    await leaving

    (row,) = bench.rows()
    assert (row.reason, row.send_at) == ("try_again", row.expires_at)


class ComposerDuringWhichTheClockLeaps(Composer):
    """Two years ahead, between the decision and the claim."""

    clock: SteppedClock

    def compose(self, brief: Brief, now: datetime, *, expires_at: datetime) -> Composed:
        self.clock.move_to(now + timedelta(days=730))
        return super().compose(brief, now, expires_at=expires_at)


async def test_a_clock_that_leaps_before_the_claim_puts_nothing_off_either(bench: Bench) -> None:
    async with make_bench(
        bench.database, bench.templates, composer=ComposerDuringWhichTheClockLeaps
    ) as leaping:
        ComposerDuringWhichTheClockLeaps.clock = leaping.clock
        await leaping.orders("Alice")
        leaping.channel.answers["alice@example.com"].append(PROVIDER_DOWN)

        await leaping.dispatch(at=20 * MINUTES)

        (row,) = leaping.rows()
        assert (row.reason, row.send_at) == ("try_again", row.expires_at)


async def test_a_channel_whose_probe_fails_goes_on_resting(bench: Bench) -> None:
    await bench.orders("Alice")
    bench.channel.answers["alice@example.com"].append(PROVIDER_DOWN)
    bench.channel.probes.append(PROVIDER_DOWN)

    await bench.dispatch(at=20 * MINUTES)
    await bench.dispatch(at=22 * MINUTES)

    assert bench.dispatcher.breaker.is_open
    assert bench.outcomes() == [("scheduled", "try_again")]


async def test_silence_leaves_doubt_and_a_service_mail_goes_once_more_under_the_same_id(bench: Bench) -> None:
    await bench.orders("Alice")
    bench.channel.answers["alice@example.com"].append(SILENCE)

    await bench.dispatch(at=20 * MINUTES)
    in_doubt = bench.outcomes()
    await bench.database.run(resolve_doubts, frozenset(), now=bench.clock.now())
    await bench.dispatch(at=21 * MINUTES)

    [row] = bench.rows()
    assert in_doubt == [("unconfirmed", "unconfirmed")]
    assert (row.status, row.possible_duplicate) == ("sent", True)
    assert [mail.message_id for mail in bench.channel.sent] == [row.rfc_id]


async def test_what_may_have_arrived_goes_no_other_way_if_it_may_not_go_again(bench: Bench) -> None:
    source = THE_FIRST_DAY.replace('["email"]', '["email", "sms"]', 1)
    with bench.database.session() as session:
        publish_campaign(session, source)
    await bench.orders("Alice", "Boris")
    bench.channel.answers["alice@example.com"].append(SILENCE)
    bench.channel.answers["boris@example.com"].extend([SILENCE, REFUSED_FOR_GOOD])

    await bench.dispatch(at=20 * MINUTES)
    await bench.database.run(resolve_doubts, frozenset(), now=bench.clock.now())
    await bench.database.run(
        suppress, "alice@example.com", reason="asked", source="person", now=bench.clock.now()
    )
    await bench.dispatch(at=21 * MINUTES)

    legs = [(row.leg, row.channel, row.status, row.reason) for row in bench.rows()]
    assert legs == [
        (1, "email", "skipped", "suppressed"),
        (1, "email", "failed", "refused"),  # so it had not arrived before either
        (2, "sms", "scheduled", ""),
    ]


async def test_doubt_twice_is_left_to_a_person(bench: Bench) -> None:
    await bench.orders("Alice")
    bench.channel.answers["alice@example.com"].extend([SILENCE, SILENCE])
    await bench.dispatch(at=20 * MINUTES)
    await bench.database.run(resolve_doubts, frozenset(), now=bench.clock.now())
    await bench.dispatch(at=21 * MINUTES)

    await bench.database.run(resolve_doubts, frozenset(), now=bench.clock.now())
    still = bench.outcomes()
    await bench.database.run(resolve_doubts, frozenset(), now=NOON + timedelta(hours=13))

    assert still == [("unconfirmed", "unconfirmed")]
    assert bench.outcomes() == [("failed", "unconfirmed")]


async def test_what_a_crash_left_in_sending_is_in_doubt(bench: Bench) -> None:
    await bench.orders("Alice")
    await bench.database.run(_leave_sending)

    doubts = await bench.database.run(resolve_doubts, frozenset(), now=NOON)

    assert len(doubts.opened) == 1
    assert doubts.sent_again == doubts.opened
    assert bench.rows()[0].possible_duplicate


async def test_a_claim_that_is_still_at_work_is_not_in_doubt(bench: Bench) -> None:
    await bench.orders("Alice")
    await bench.database.run(_leave_sending)

    doubts = await bench.database.run(resolve_doubts, frozenset({"claim"}), now=NOON)

    assert doubts.opened == ()
    assert bench.outcomes() == [("sending", "")]


async def test_a_text_that_fails_for_one_order_holds_that_message_only(bench: Bench) -> None:
    broken = CHOICE.replace(
        "Hello", "{% if customer.first_name == 'Boris' %}{{ order.lines[5].name }}{% endif %}Hello"
    )
    (bench.templates / "first_day" / "1_right_choice.email.md").write_text(broken)
    assert bench.library.refresh() == []
    await bench.orders("Alice", "Boris", "Carla")

    await bench.dispatch(at=20 * MINUTES)

    assert bench.outcomes() == [("sent", ""), ("held", "template_fault"), ("sent", "")]
    assert len(bench.told) == 1


async def test_a_paused_campaign_parks_its_messages(bench: Bench) -> None:
    await bench.orders("Alice")
    await bench.database.run(lambda session: session.execute(update(campaigns).values(paused_at=NOON)))

    await bench.dispatch(at=20 * MINUTES)

    [row] = bench.rows()
    assert (row.status, row.reason, row.parked_at) == ("scheduled", "paused", NOON + 20 * MINUTES)


async def test_a_third_message_in_a_day_waits_for_the_next(bench: Bench) -> None:
    three = THE_FIRST_DAY.replace('after = "20h"', 'after = "30m"')
    three += '[[steps]]\nname = "3_more"\nafter = "40m"\nchannels = ["email"]\npurpose = "service"\n'
    (bench.templates / "first_day" / "3_more.email.md").write_text(CHOICE)
    bench.library.refresh()
    await bench.database.run(lambda session: publish_campaign(session, three))
    await bench.orders("Alice")

    for minutes in (20, 30, 40):
        await bench.dispatch(at=minutes * MINUTES)

    [third] = bench.rows("3_more")
    assert len(bench.channel.sent) == 2
    assert (third.status, third.reason) == ("scheduled", "frequency_cap")
    assert third.send_at == NOON + timedelta(hours=12)  # midnight in Riga


async def test_two_due_messages_of_one_customer_go_one_after_the_other(bench: Bench) -> None:
    both = THE_FIRST_DAY.replace('after = "20h"', 'after = "20m"')
    await bench.database.run(lambda session: publish_campaign(session, both))
    await bench.orders("Alice")

    await bench.dispatch(at=20 * MINUTES)
    first = len(bench.channel.sent)
    waiting = bench.outcomes("2_thank_you")
    await bench.dispatch(at=21 * MINUTES)

    assert (first, waiting) == (1, [("scheduled", "in_flight")])
    assert len(bench.channel.sent) == 2


async def test_late_seen_messages_beyond_the_usual_wait_for_a_person(bench: Bench) -> None:
    await bench.orders(*(f"Customer{n}" for n in range(60)), at=NOON - timedelta(hours=2), seen_at=NOON)

    await bench.dispatch(at=20 * MINUTES)

    assert len(bench.channel.sent) == 50
    assert bench.outcomes().count(("held", "unusual_volume")) == 10


async def test_any_number_of_fresh_messages_goes(bench: Bench) -> None:
    await bench.orders(*(f"Customer{n}" for n in range(120)))

    await bench.dispatch(at=20 * MINUTES)

    assert len(bench.channel.sent) == 120


async def test_no_more_goes_than_the_rate_allows(bench: Bench) -> None:
    async with make_bench(bench.database, bench.templates, rate="10/s") as slow:
        await slow.orders(*(f"Customer{n}" for n in range(12)))

        await slow.dispatch(at=20 * MINUTES)
        first = len(slow.channel.sent)
        await slow.dispatch(at=20 * MINUTES + timedelta(seconds=0.5))

        assert (first, len(slow.channel.sent)) == (5, 10)


async def test_what_the_rate_allows_does_not_leave_in_one_burst(bench: Bench) -> None:
    async with make_bench(bench.database, bench.templates, rate="20/s") as slow:
        await slow.orders(*(f"Customer{n}" for n in range(10)))
        began = asyncio.get_running_loop().time()

        await slow.dispatch(at=20 * MINUTES)

        assert len(slow.channel.sent) == 10
        assert asyncio.get_running_loop().time() - began >= 0.8 * 9 / 20 - 0.01


async def test_what_came_too_late_to_begin_goes_back_and_stops_nobody_else(bench: Bench) -> None:
    await bench.orders("Alice", "Boris")
    bench.channel.answers["alice@example.com"].append(NotBegun("others took too long"))

    await bench.dispatch(at=20 * MINUTES)

    alice, boris = bench.rows()
    assert (alice.status, alice.reason, alice.attempts) == ("scheduled", "try_again", 0)
    assert boris.status == "sent"
    assert not bench.dispatcher.breaker.is_open


async def test_when_not_all_can_go_service_goes_before_what_has_waited_longer(bench: Bench) -> None:
    async with make_bench(bench.database, bench.templates, rate="1/s") as slow:
        await slow.orders("Alice", "Boris", "Carla")
        others = update(messages).where(messages.c.id < slow.rows()[-1].id)
        waiting = others.values(purpose="promotional", send_at=NOON)
        await bench.database.run(lambda session: session.execute(waiting))

        await slow.dispatch(at=20 * MINUTES)

        assert [mail.rendered.to for mail in slow.channel.sent] == ["carla@example.com"]


async def test_stopping_lets_what_is_in_flight_arrive(bench: Bench) -> None:
    await bench.orders("Alice")
    bench.channel.gate.clear()
    bench.clock.move_to(NOON + 20 * MINUTES)
    await bench.dispatcher.dispatch()
    await bench.channel.entered.wait()

    stopping = asyncio.ensure_future(bench.dispatcher.stop(5))
    await asyncio.sleep(0)
    bench.channel.gate.set()
    await stopping

    assert bench.outcomes() == [("sent", "")]


async def test_a_dispatcher_that_retires_begins_nothing_new(bench: Bench) -> None:
    await bench.orders(*(f"Alice{number}" for number in range(10)))
    bench.channel.gate.clear()
    bench.clock.move_to(NOON + 20 * MINUTES)
    await bench.dispatcher.dispatch()
    await bench.channel.entered.wait()

    bench.dispatcher.retire()
    bench.channel.gate.set()
    await bench.dispatcher.drained()
    await bench.dispatch(at=21 * MINUTES)

    outcomes = bench.outcomes()
    assert 1 <= outcomes.count(("sent", "")) <= bench.channel.concurrency
    assert outcomes.count(("sent", "")) + outcomes.count(("scheduled", "")) == 10


async def test_what_is_in_flight_too_long_when_stopping_is_left_in_doubt(bench: Bench) -> None:
    await bench.orders("Alice")
    bench.channel.gate.clear()
    bench.clock.move_to(NOON + 20 * MINUTES)
    await bench.dispatcher.dispatch()
    await bench.channel.entered.wait()

    await bench.dispatcher.stop(0.05)

    assert bench.outcomes() == [("unconfirmed", "unconfirmed")]


async def test_a_bug_in_a_channel_is_doubt_and_stops_nobody_else(bench: Bench) -> None:
    await bench.orders("Alice", "Boris")
    bench.channel.answers["alice@example.com"].append(ZeroDivisionError("a bug"))

    await bench.dispatch(at=20 * MINUTES)

    assert bench.outcomes() == [("unconfirmed", "unconfirmed"), ("sent", "")]


def _refund(session: Any) -> None:
    add_event(session, session.scalar(select(orders.c.id)), EventKind.REFUNDED)


def _leave_sending(session: Any) -> None:
    session.execute(
        update(messages)
        .where(messages.c.step == "1_right_choice")
        .values(status="sending", claim_id="claim", claimed_by="a dead process", claimed_at=NOON,
                expires_at=NOON + timedelta(hours=12))
    )  # fmt: skip


async def test_a_time_that_is_corrected_while_a_message_is_judged_is_not_undone(bench: Bench) -> None:
    await bench.orders("Alice")
    moment, later = NOON + 20 * MINUTES, NOON + 40 * MINUTES
    (waiting,) = bench.database.look(queue.due, "email", moment, 1)
    judged = Decided(waiting, None, Defer(moment + 5 * MINUTES, Reason.OUTSIDE_WINDOW, later))

    await bench.database.run(lambda session: session.execute(update(messages).values(send_at=later)))
    await bench.database.run(apply, [judged], plans())

    (row,) = bench.rows()
    assert (row.send_at, row.expires_at, row.reason) == (later, None, "")


async def test_a_message_that_a_person_cancels_while_it_is_judged_opens_no_further_leg(
    database: Database,
) -> None:
    source = THE_FIRST_DAY.replace('channels = ["email"]', 'channels = ["email", "task"]')
    with database.session() as session:
        publish_campaign(session, source)
        alice = add_customer(session, "Alice")
        add_order(session, alice, EventKind.CONFIRMED)
        plan_new_events(session, plans(), RIGA, now=NOON)
    waiting = database.look(queue.due, "email", NOON + 20 * MINUTES, 1)[0]
    plan = database.look(lambda session: plans().version(session, waiting.plan_version_id))
    judged = Decided(waiting, plan, Skip(Reason.NO_ADDRESS))

    await database.run(by_hand.cancel, [waiting.key], now=NOON)
    await database.run(apply, [judged], plans())

    keys = database.look(lambda session: list(session.scalars(select(messages.c.key))))
    assert not [key for key in keys if key.endswith("/1_right_choice/2")]
