"""What the staff of a simulation do about their tasks."""

from paldies.campaigns.deliveries import DeliveryKind
from paldies.clock import SteppedClock
from paldies.simulation.behaviour import Behaviour
from paldies.simulation.providers import Staff
from tests.factories import NOON
from tests.outgoings import outgoing


async def test_nobody_refuses_a_task_and_a_wrong_number_is_found_by_ringing_it():
    staff = Staff(Behaviour(bounce_rate=1, no_answer_rate=0), clock=SteppedClock(NOON))

    receipt = await staff.send(outgoing(to="+37120000001"))
    first, again = await staff.report(receipt.id), await staff.report(receipt.id)

    assert receipt.ask_after
    assert (first.kind, first.note, first.address_is_dead) == (DeliveryKind.FAILED, "wrong number", True)
    assert again == first


async def test_a_number_that_exists_is_answered_or_not():
    staff = Staff(Behaviour(bounce_rate=0, no_answer_rate=1), clock=SteppedClock(NOON))

    receipt = await staff.send(outgoing(to="+37120000001"))

    assert (await staff.report(receipt.id)).kind is DeliveryKind.NO_ANSWER
