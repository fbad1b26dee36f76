"""Whatever happens to orders and plans, `why` has exactly one reason for every message and every silence."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.definition import Campaign
from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.words import EventKind, MessageStatus
from paldies.channels.base import Report
from paldies.customers.suppressions import suppress
from paldies.outbox.migrating import carry_out
from paldies.outbox.pausing import pause, resume
from paldies.replies.cases import open_case
from paldies.replies.deliveries import record
from paldies.reports.why import explain
from paldies.store import schema
from tests.edited_house import HOUR, NAME, EditedHouse, a_plan, edited
from tests.explained import everything_has_its_reason
from tests.rows import add_event

REPORTS = (DeliveryKind.NO_ANSWER, DeliveryKind.BOUNCED, DeliveryKind.DELIVERED, DeliveryKind.VOICEMAIL)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EditedHouse]:
    house = EditedHouse(tmp_path_factory.mktemp("fuzzed"))
    yield house
    house.close()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_message_and_no_silence_is_without_exactly_one_reason(
    house: EditedHouse, data: st.DataObject
) -> None:
    plan = replace(data.draw(a_plan(), label="plan"), stop_on=frozenset({EventKind.CANCELLED}))
    house.new_season()
    house.publish(plan)
    orders = data.draw(st.integers(2, 4), label="orders")
    for number in range(orders):
        house.order(number, number * HOUR)
    for _ in range(data.draw(st.integers(3, 8), label="deeds")):
        house.pass_until(house.clock.now() + data.draw(st.integers(1, 20)) * HOUR)
        deed = data.draw(st.sampled_from(sorted(DEEDS)), label="deed")
        plan = DEEDS[deed](house, plan, data, data.draw(st.integers(0, orders - 1), label="order"))
        for order in range(orders):
            _everything_has_its_reason(house, order)

    house.database.now(resume, NAME)
    house.pass_until(house.clock.now() + timedelta(days=14))

    for order in range(orders):
        _everything_has_its_reason(house, order)


Deed = Callable[[EditedHouse, Campaign, st.DataObject, int], Campaign]


def _nothing(house: EditedHouse, plan: Campaign, data: st.DataObject, order: int) -> Campaign:
    return plan


def _publish(house: EditedHouse, plan: Campaign, data: st.DataObject, order: int) -> Campaign:
    new = replace(data.draw(edited(plan), label="new"), stop_on=plan.stop_on)
    moves = data.draw(st.booleans(), label="moves")
    to = house.publish(new, moves=moves)
    if moves:
        carry_out(house.database, to, house.moving)
    return new


def _cancel(house: EditedHouse, plan: Campaign, data: st.DataObject, order: int) -> Campaign:
    def write(session: Session) -> None:
        row = session.scalars(
            select(schema.orders.c.id).where(schema.orders.c.external_id == str(order))
        ).one()
        events = select(schema.order_events.c.kind).where(schema.order_events.c.order_id == row)
        if EventKind.CANCELLED not in session.scalars(events).all():
            add_event(session, row, EventKind.CANCELLED, at=house.clock.now())

    house.database.now(write)
    return plan


def _opt_out(house: EditedHouse, plan: Campaign, data: st.DataObject, order: int) -> Campaign:
    reason = data.draw(st.sampled_from(["asked not to be called", "She wrote us a letter"]))
    phone = f"+371200000{order:02}"
    now = house.clock.now()
    house.database.now(suppress, phone, reason=reason, source="person", now=now)
    return plan


def _complain(house: EditedHouse, plan: Campaign, data: st.DataObject, order: int) -> Campaign:
    def write(session: Session) -> None:
        row = session.execute(
            select(schema.orders).where(schema.orders.c.external_id == str(order))
        ).mappings()
        one = row.one()
        open_case(
            session, customer_id=one["customer_id"], order_id=one["id"], text="Late.", now=house.clock.now()
        )

    house.database.now(write)
    return plan


def _report(house: EditedHouse, plan: Campaign, data: st.DataObject, order: int) -> Campaign:
    """Something comes back about a message that has left."""
    kind = data.draw(st.sampled_from(REPORTS))

    def write(session: Session) -> None:
        wanted = select(schema.messages.c.id).where(schema.messages.c.status == MessageStatus.SENT.value)
        for message_id in session.scalars(wanted.limit(2)).all():
            now = house.clock.now()
            news = Report(kind, f"{message_id} {now}", now)
            record(session, message_id, news, plans=house.app.plans, now=now)

    house.database.now(write)
    return plan


def _pause(house: EditedHouse, plan: Campaign, data: st.DataObject, order: int) -> Campaign:
    if house.database.now(resume, NAME) is None:
        house.database.now(pause, NAME, house.clock.now())
    return plan


DEEDS: Mapping[str, Deed] = {
    "nothing": _nothing,
    "publish": _publish,
    "publish again": _publish,
    "cancel": _cancel,
    "opt out": _opt_out,
    "complain": _complain,
    "report": _report,
    "pause": _pause,
}


def _everything_has_its_reason(house: EditedHouse, order: int) -> None:
    [story] = house.database.look(
        explain, str(order), plans=house.app.plans, house=house.app.house, now=house.clock.now()
    )
    everything_has_its_reason(story)
