"""Whatever comes of calls, tasks and mail, `why` has one reason for every passage, message and silence."""

from collections.abc import Callable, Mapping
from contextlib import closing
from contextlib import suppress as ignoring
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.channels.email.returned.notice import Notice, Returned, Verdict
from paldies.customers.suppressions import suppress
from paldies.outbox import by_hand
from paldies.outbox.marks import mark
from paldies.privacy.forgetting import forget
from paldies.privacy.person import find_people
from paldies.replies.bounces import take_in
from paldies.replies.cases import close_case, open_case
from paldies.replies.task_list import to_do
from paldies.replies.tasks import OUTCOMES, TaskRefused, done, promise, snooze
from paldies.reports.story import OrderStory
from paldies.reports.why import explain
from paldies.store import schema
from tests.explained import everything_has_ended, everything_has_its_reason
from tests.fated_house import CAST, FatedHouse
from tests.rows import add_event

HOUR = timedelta(hours=1)
DEEDS_OF_A_SEASON = 12


@settings(max_examples=3, phases=[Phase.reuse, Phase.generate], suppress_health_check=[*HealthCheck])
@given(seed=st.integers(0, 1_000_000))
def test_nothing_that_happens_to_a_message_leaves_it_without_exactly_one_reason(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, seed: int
) -> None:
    house = FatedHouse(tmp_path_factory.mktemp("fated"), seed, migrated=migrated_sqlite)
    season = _Season(house, Random(seed))
    with closing(house):
        for _ in range(DEEDS_OF_A_SEASON):
            house.pass_for(season.chance.randint(1, 18) * HOUR)
            DEEDS[season.chance.choice(sorted(DEEDS))](season)
            season.everything_is_explained()

        _answer(season)
        # all has been said, and still something comes back
        for late in (_nothing, _return, _forget, _return, _nothing):
            house.pass_for(timedelta(days=5))
            late(season)

        season.everything_is_explained()
        season.each_order_is_explained()
        house.database.look(everything_has_ended)


class _Season:
    """Orders with their buyers; who is forgotten has none any more."""

    def __init__(self, house: FatedHouse, chance: Random) -> None:
        self.house = house
        self.chance = chance
        self.orders: dict[str, int] = {}  # by number: whose it is
        self.forgotten: list[str] = []  # what they could be asked for by
        self._zones = {
            house.customer(name, number, has_agreed=chance.random() < 0.8): zone
            for number, (name, zone) in enumerate(CAST.items())
        }
        self._numbers = count(1001)
        for customer in self._zones:
            for _ in range(chance.choice([1, 1, 2])):
                self.order(customer)

    def order(self, customer: int) -> None:
        number = str(next(self._numbers))
        total = self.chance.choice([1990, 3990, 5990])
        self.house.order(customer, number, zone=self._zones[customer], total=total)
        self.orders[number] = customer

    def everything_is_explained(self) -> None:
        """By the buyer's e-mail address or telephone number; of the forgotten there is nothing to tell."""
        for customer in set(self.orders.values()):
            contact = self.chance.choice(self.house.database.look(_contacts, customer))
            told = self._explained(contact)
            assert {story.id for story in told} == {
                n for n, whose in self.orders.items() if whose == customer
            }
            for story in told:
                everything_has_its_reason(story)
        for known_by in self.forgotten:
            assert not self._explained(known_by)

    def each_order_is_explained(self) -> None:
        for number in self.orders:
            [story] = self._explained(number)
            everything_has_its_reason(story)

    def _explained(self, query: str) -> list[OrderStory]:
        app = self.house.app
        now = self.house.clock.now()
        return self.house.database.look(explain, query, plans=app.plans, house=app.house, now=now)


def _nothing(season: _Season) -> None:
    """A quiet hour."""


def _buy_again(season: _Season) -> None:
    if season.orders:
        season.order(season.chance.choice([*season.orders.values()]))


def _work(season: _Season) -> None:
    """Somebody at the shop goes through the list: some things are done, some wait until they are overdue."""
    for task in season.house.database.look(to_do, season.house.clock.now()):
        now, chance = season.house.clock.now(), season.chance
        who: dict[str, Any] = {
            "by": "Anna",
            "note": chance.choice(["", "Rang twice."]),
            "plans": season.house.app.plans,
        }
        with ignoring(TaskRefused):
            match chance.choice(["done", "done", "snooze", "promise", "leave"]):
                case "done":
                    outcome = chance.choice(OUTCOMES)
                    season.house.database.now(done, task.id, outcome, now=now, **who)
                case "snooze":
                    season.house.database.now(snooze, task.id, now + chance.randint(1, 30) * HOUR, now=now)
                case "promise":
                    season.house.database.now(promise, task.id, now + 5 * HOUR, now=now, **who)


def _return(season: _Season) -> None:
    """Mail comes back, or is complained about, or arrives; long after it was said, and after forgetting."""

    def write(session: Session) -> None:
        app, now = season.house.app, season.house.clock.now()
        left = select(schema.messages.c.id).where(schema.messages.c.channel == "email")
        emails = session.scalars(left.order_by(schema.messages.c.id)).all()
        for message_id in season.chance.sample(emails, k=min(len(emails), 3)):
            address = session.scalar(
                select(schema.attempts.c.address).where(schema.attempts.c.message_id == message_id)
            )
            told = Returned(address or "gone@berzs.example", season.chance.choice([*Verdict]), "5.1.1", "no")
            notice = Notice([told], sent_to=[f"hello+{mark(message_id, app.links)}@berzs.example"], at=now)
            take_in(session, notice, links=app.links, plans=app.plans, now=now)

    season.house.database.now(write)


def _cancel(season: _Season) -> None:
    if not season.orders:
        return
    number = season.chance.choice(sorted(season.orders))
    kind = season.chance.choice([EventKind.CANCELLED, EventKind.REFUNDED])

    def write(session: Session) -> None:
        row = session.scalars(select(schema.orders.c.id).where(schema.orders.c.external_id == number)).one()
        events = select(schema.order_events.c.kind).where(schema.order_events.c.order_id == row)
        if kind not in session.scalars(events).all():
            add_event(session, row, kind, at=season.house.clock.now())

    season.house.database.now(write)


def _opt_out(season: _Season) -> None:
    if season.orders:
        customer = season.chance.choice([*season.orders.values()])
        address = season.chance.choice(season.house.database.look(_contacts, customer))
        channel = season.chance.choice(["", "call", "task", "email"])
        now = season.house.clock.now()
        wish: dict[str, Any] = {
            "reason": "asked not to be called",
            "source": "person",
            "channel": channel,
            "now": now,
        }
        season.house.database.now(suppress, address, **wish)


def _complain(season: _Season) -> None:
    if season.orders:
        customer = season.chance.choice([*season.orders.values()])
        now = season.house.clock.now()
        season.house.database.now(open_case, customer, order_id=None, text="It is late.", now=now)


def _answer(season: _Season) -> None:
    """All complaints are closed."""

    def write(session: Session) -> None:
        for case_id in session.scalars(select(schema.cases.c.id)).all():
            close_case(session, case_id, resolution="Sorry.", by="Anna", now=season.house.clock.now())

    season.house.database.now(write)


def _decide(season: _Season) -> None:
    """A person cancels, tries again, settles or approves what there is, whether that can be done or not."""
    keys = season.house.database.look(lambda session: session.scalars(select(schema.messages.c.key)).all())
    some = season.chance.sample(keys, k=min(len(keys), 4))
    now = season.house.clock.now()
    match season.chance.choice(["approve", "cancel", "retry", "sent", "not sent"]):
        case "approve":
            season.house.database.now(by_hand.approve, keys, now=now)
        case "cancel":
            season.house.database.now(by_hand.cancel, some, now=now)
        case "retry":
            season.house.database.now(by_hand.retry, some, now=now)
        case answer:
            season.house.database.now(by_hand.settle, keys, was_sent=answer == "sent", now=now)


def _forget(season: _Season) -> None:
    if len(set(season.orders.values())) < 2:
        return
    customer = season.chance.choice([*season.orders.values()])
    contacts = season.house.database.look(_contacts, customer)

    def write(session: Session) -> None:
        [person] = find_people(session, contacts[0])
        forget(session, person, now=season.house.clock.now())

    season.house.database.now(write)
    numbers = [number for number, whose in season.orders.items() if whose == customer]
    season.orders = {number: whose for number, whose in season.orders.items() if whose != customer}
    season.forgotten += [*numbers, *contacts]


DEEDS: Mapping[str, Callable[[_Season], None]] = {
    "nothing": _nothing,
    "buy again": _buy_again,
    "buy more": _buy_again,
    "work": _work,
    "work on": _work,
    "work again": _work,
    "return": _return,
    "return more": _return,
    "cancel": _cancel,
    "opt out": _opt_out,
    "complain": _complain,
    "answer": _answer,
    "decide": _decide,
    "forget": _forget,
}


def _contacts(session: Session, customer: int) -> list[str]:
    row = session.execute(
        select(schema.customers.c.email, schema.customers.c.phone).where(schema.customers.c.id == customer)
    ).one()
    return [row.email, row.phone]
