"""Calls, by the real SDK over real HTTP, to a telephone company that has people, machines and faults."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from paldies.campaigns.deliveries import DeliveryKind
from paldies.channels.base import Answerable, Channel, DeliveryError, Doubt, Report, Trace
from paldies.channels.call.channel import CallChannel
from paldies.demo.telephone.company import NUMBER, Fault
from paldies.demo.telephone.lines import (
    Busy,
    CallLine,
    Machine,
    Person,
    Refused,
    Unanswered,
    Unconnected,
)
from tests.factories import NOON
from tests.outgoings import ALICE, BORIS, TO_ALICE, outgoing
from tests.telephone import Telephone, telephone_company


@pytest.fixture
async def telephone() -> AsyncIterator[Telephone]:
    async with telephone_company() as telephone:
        yield telephone


async def follow(telephone: Telephone, channel: CallChannel, sid: str) -> list[Report]:
    """Asks as often as the channel says, until it is over."""
    reports = [await channel.report(sid)]
    while reports[-1].ask_after:
        telephone.wait(reports[-1].ask_after.total_seconds())
        reports.append(await channel.report(sid))
    return reports


def doubtful(telephone: Telephone, **changes: Any) -> Trace:
    return replace(Trace("a.1", ALICE, TO_ALICE, telephone.clock.now(), frozenset()), **changes)


async def test_alice_hears_the_whole_text_in_latvian(telephone: Telephone) -> None:
    channel = telephone.call_channel()

    receipt = await channel.send(outgoing())
    reports = await follow(telephone, channel, receipt.id)

    (call,) = telephone.calls
    heard = call.heard(telephone.clock.now())
    assert "\n\n".join(each.text for each in heard) == TO_ALICE
    assert all(each.is_whole for each in heard)
    assert {line.voice for line in call.script.lines} == {"Google.lv-LV-Standard-B"}
    assert reports[-1].kind is DeliveryKind.ANSWERED
    assert {report.id for report in reports} == {
        f"{call.sid} {status}" for status in ("queued", "in-progress", "completed")
    }


async def test_a_person_hears_the_text_once_it_is_known_who_has_answered(telephone: Telephone) -> None:
    await telephone.call_channel().send(outgoing())

    (call,) = telephone.calls
    telephone.wait(30)
    assert call.answered_at is not None
    silence = call.heard(telephone.clock.now())[0].at - call.answered_at
    assert timedelta(seconds=1) < silence < timedelta(seconds=6)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (Busy(), DeliveryKind.BUSY),
        (Unanswered(), DeliveryKind.NO_ANSWER),
        (Person(answers_after=40), DeliveryKind.NO_ANSWER),
        (Machine(), DeliveryKind.VOICEMAIL),
        (Machine(kind="fax"), DeliveryKind.VOICEMAIL),
        (Unconnected(), DeliveryKind.FAILED),
        (Person(hangs_up_after=4), DeliveryKind.ANSWERED),
    ],
)
async def test_each_way_that_a_call_can_end_is_told(
    telephone: Telephone, line: CallLine, kind: DeliveryKind
) -> None:
    telephone.company.expect_calls(ALICE, line)
    channel = telephone.call_channel()

    receipt = await channel.send(outgoing())
    *on_the_way, last = await follow(telephone, channel, receipt.id)

    assert (last.kind, last.ask_after, last.address_is_dead) == (kind, None, False)
    assert {report.kind for report in on_the_way} <= {DeliveryKind.QUEUED, DeliveryKind.RINGING}


async def test_a_machine_is_hung_up_on_as_soon_as_it_is_known(telephone: Telephone) -> None:
    telephone.company.expect_calls(ALICE, Machine(greeting=10))
    channel = telephone.call_channel()

    receipt = await channel.send(outgoing("Labdien! " * 40))
    await follow(telephone, channel, receipt.id)

    (call,) = telephone.calls
    assert call.answered_at is not None
    assert call.over_at - call.answered_at < timedelta(seconds=10)
    assert not [each for each in call.heard(telephone.clock.now()) if each.is_recorded]


async def test_a_machine_records_what_is_meant_for_it(telephone: Telephone) -> None:
    telephone.company.expect_calls(ALICE, Machine(greeting=8))
    channel = telephone.call_channel()

    receipt = await channel.send(outgoing("Labdien! " * 40, voicemail="Lins un Bērzs zvanīja. Paldies!"))
    reports = await follow(telephone, channel, receipt.id)

    (call,) = telephone.calls
    recorded = [each for each in call.heard(telephone.clock.now()) if each.is_recorded and each.is_whole]
    assert [each.text for each in recorded] == ["Lins un Bērzs zvanīja. Paldies!"]
    assert reports[-1].kind is DeliveryKind.VOICEMAIL
    assert len(call.later) == 1


async def test_after_a_restart_a_machine_is_hung_up_on(telephone: Telephone) -> None:
    telephone.company.expect_calls(ALICE, Machine(answers_after=3, greeting=8))
    receipt = await telephone.call_channel().send(outgoing("Labdien! " * 40, voicemail="Paldies!"))

    await follow(telephone, telephone.call_channel(), receipt.id)

    (call,) = telephone.calls
    assert call.later == []
    assert call.cut_at is not None


async def test_a_call_that_would_ring_too_late_is_called_off(telephone: Telephone) -> None:
    channel = telephone.call_channel()
    receipt = await channel.send(outgoing(must_arrive_by=NOON + timedelta(milliseconds=500)))

    telephone.wait(0.6)  # it waits at Twilio for a second
    reports = await follow(telephone, channel, receipt.id)

    assert telephone.calls[0].status(telephone.clock.now()) == "canceled"
    assert reports[-1].kind is DeliveryKind.FAILED


async def test_a_call_whose_hour_has_passed_is_not_placed(telephone: Telephone) -> None:
    with pytest.raises(DeliveryError) as error:
        await telephone.call_channel().send(outgoing(must_arrive_by=NOON))

    assert (error.value.fault, error.value.permanent, error.value.code) == ("recipient", False, "too late")
    assert telephone.calls == []


async def test_a_text_in_a_language_without_a_voice_is_not_placed(telephone: Telephone) -> None:
    with pytest.raises(DeliveryError, match="voices"):
        await telephone.call_channel().send(outgoing(locale="ka"))

    assert telephone.calls == []


async def test_with_pages_of_our_own_twilio_tells_us_and_keys_can_be_pressed(telephone: Telephone) -> None:
    await telephone.call_channel().send(outgoing(callback_url="https://shop.example/twilio/a.1"))

    (call,) = telephone.calls
    assert call.form["StatusCallback"] == "https://shop.example/twilio/a.1/status"
    assert call.form["StatusCallbackEvent"] == "initiated ringing answered completed"
    assert call.action == "https://shop.example/twilio/a.1/keys"


async def test_without_them_it_is_spared_both(telephone: Telephone) -> None:
    await telephone.call_channel().send(outgoing())

    (call,) = telephone.calls
    assert call.action == ""
    assert not {name for name in call.form if name.startswith("StatusCallback")}
    assert (call.form["Record"], call.form["Timeout"], call.form["From"]) == ("false", "25", NUMBER)


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.BROKEN])
async def test_a_call_that_was_placed_without_an_answer_is_found_again(
    telephone: Telephone, fault: Fault
) -> None:
    channel, trace = telephone.call_channel(), doubtful(telephone)
    telephone.company.faults.append(fault)

    with pytest.raises(Doubt):
        await channel.send(outgoing())
    found = await channel.find(trace)  # it still waits in the queue, and has no start time

    assert found is not None
    assert found.ask_after
    assert [call.sid for call in telephone.calls] == [found.id]
    assert (await channel.report(found.id)).kind is DeliveryKind.QUEUED


async def test_other_calls_are_not_taken_for_the_lost_one(telephone: Telephone) -> None:
    channel = telephone.call_channel()
    await channel.send(outgoing())
    telephone.wait(3600)
    trace = doubtful(telephone)
    known = await channel.send(outgoing())
    await channel.send(outgoing(to=BORIS))

    assert await channel.find(replace(trace, known=frozenset({known.id}))) is None


async def test_a_call_that_was_surely_not_placed_is_no_doubt(telephone: Telephone) -> None:
    channel = telephone.call_channel()
    telephone.company.faults.extend([Fault.TOO_MANY, Fault.UNKNOWN_KEY])

    with pytest.raises(DeliveryError) as slowed_down:
        await channel.send(outgoing())
    with pytest.raises(DeliveryError) as locked_out:
        await channel.send(outgoing())

    assert (slowed_down.value.fault, slowed_down.value.permanent) == ("provider", False)
    assert (locked_out.value.fault, locked_out.value.permanent) == ("us", False)
    assert telephone.calls == []


@pytest.mark.parametrize(("code", "is_dead"), [(21217, True), (21216, True), (21215, False)])
async def test_a_refused_number_is_dead_only_if_it_is_its_own_fault(
    telephone: Telephone, code: int, is_dead: bool
) -> None:
    telephone.company.expect_calls(ALICE, Refused(code))

    with pytest.raises(DeliveryError) as error:
        await telephone.call_channel().send(outgoing())

    assert (error.value.address_is_dead, error.value.code) == (is_dead, str(code))


@pytest.mark.parametrize(("code", "is_dead"), [(13224, True), (13227, False), (0, False)])
async def test_a_call_that_failed_says_whether_the_number_is_dead(
    telephone: Telephone, code: int, is_dead: bool
) -> None:
    telephone.company.expect_calls(ALICE, Unconnected(code))
    channel = telephone.call_channel()

    receipt = await channel.send(outgoing())
    last = (await follow(telephone, channel, receipt.id))[-1]

    assert (last.kind, last.address_is_dead) == (DeliveryKind.FAILED, is_dead)


async def test_a_company_that_cannot_be_asked_leaves_everything_as_it_is(telephone: Telephone) -> None:
    channel = telephone.call_channel()
    receipt = await channel.send(outgoing())
    telephone.company.is_out_of_order = True

    for question in (channel.report(receipt.id), channel.find(doubtful(telephone)), channel.probe()):
        with pytest.raises(DeliveryError) as error:
            await question
        assert (error.value.fault, error.value.permanent) == ("provider", False)


async def test_every_begun_minute_costs(telephone: Telephone) -> None:
    channel = telephone.call_channel(price=Decimal("0.10"))

    assert channel.price(outgoing("Labdien!").rendered) == Decimal("0.10")
    assert channel.price(outgoing("Labdien, Alise! " * 60).rendered) == Decimal("0.20")


async def test_it_is_a_channel_that_can_be_asked(telephone: Telephone) -> None:
    channel: Channel = telephone.call_channel()

    assert isinstance(channel, Answerable)
    assert channel.traits.name == "call"
