"""Text messages, by the real SDK over real HTTP, to a telephone company that has its faults."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from paldies.campaigns.deliveries import DeliveryKind
from paldies.channels.base import Answerable, Channel, DeliveryError, Doubt, Trace
from paldies.demo.telephone.company import Fault
from paldies.demo.telephone.lines import Arrives, Refused, TextLine, Undelivered, Untold
from tests.factories import NOON
from tests.outgoings import ALICE, outgoing
from tests.telephone import Telephone, telephone_company

TEXT = "Labdien, Alise! Pasūtījums\u00a01001 gaida."
AS_SENT = "Labdien, Alise! Pasūtījums 1001 gaida."


@pytest.fixture
async def telephone() -> AsyncIterator[Telephone]:
    async with telephone_company() as telephone:
        yield telephone


async def test_a_text_leaves_as_it_was_written_but_for_what_costs(telephone: Telephone) -> None:
    channel = telephone.sms_channel()

    receipt = await channel.send(outgoing(TEXT))

    (text,) = telephone.messages
    assert (text.sid, text.to, text.body) == (receipt.id, ALICE, AS_SENT)
    assert not {"ValidityPeriod", "StatusCallback"} & set(text.form)


async def test_twilio_is_told_until_when_it_may_arrive_and_whom_to_tell(telephone: Telephone) -> None:
    channel = telephone.sms_channel()

    await channel.send(
        outgoing(
            TEXT,
            must_arrive_by=NOON + timedelta(hours=2),
            callback_url="https://shop.example/twilio/a.1",
        )
    )
    await channel.send(outgoing(TEXT, must_arrive_by=NOON + timedelta(days=2)))

    first, second = telephone.messages
    assert first.form["ValidityPeriod"] == "7200"
    assert first.form["StatusCallback"] == "https://shop.example/twilio/a.1/status"
    assert second.form["ValidityPeriod"] == "36000"


@pytest.mark.parametrize(
    ("text", "code", "permanent"),
    [(TEXT, "too late", False), ("", "length", True), ("a" * 1601, "length", True)],
)
async def test_what_cannot_arrive_as_it_should_is_not_sent(
    telephone: Telephone, text: str, code: str, permanent: bool
) -> None:
    late = NOON if code == "too late" else None

    with pytest.raises(DeliveryError) as error:
        await telephone.sms_channel().send(outgoing(text, must_arrive_by=late))

    assert (error.value.code, error.value.permanent) == (code, permanent)
    assert telephone.messages == []


@pytest.mark.parametrize(
    ("line", "kind", "is_dead", "wants_no_more"),
    [
        (Arrives(), DeliveryKind.DELIVERED, False, False),
        (Undelivered(30003), DeliveryKind.BOUNCED, False, False),
        (Undelivered(30005), DeliveryKind.BOUNCED, True, False),
        (Undelivered(30006), DeliveryKind.BOUNCED, True, False),
        (Undelivered(30004), DeliveryKind.BOUNCED, False, True),
        (Undelivered(30007, is_failed=True), DeliveryKind.FAILED, False, False),
        (Undelivered(21610, is_failed=True), DeliveryKind.FAILED, False, True),
    ],
)
async def test_what_became_of_it_is_told(
    telephone: Telephone, line: TextLine, kind: DeliveryKind, is_dead: bool, wants_no_more: bool
) -> None:
    telephone.company.expect_texts(ALICE, line)
    channel = telephone.sms_channel()

    receipt = await channel.send(outgoing(TEXT))
    on_its_way = await channel.report(receipt.id)
    telephone.wait(10)
    report = await channel.report(receipt.id)

    assert (on_its_way.kind, bool(on_its_way.ask_after)) == (DeliveryKind.QUEUED, True)
    assert (report.kind, report.ask_after) == (kind, None)
    assert (report.address_is_dead, report.wants_no_more) == (is_dead, wants_no_more)
    assert report.id != on_its_way.id


async def test_a_network_that_says_nothing_is_asked_ever_more_rarely_for_a_day(telephone: Telephone) -> None:
    telephone.company.expect_texts(ALICE, Untold())
    channel = telephone.sms_channel()
    receipt = await channel.send(outgoing(TEXT))
    telephone.wait(5)

    gaps = []
    while gap := (await channel.report(receipt.id)).ask_after:
        gaps.append(gap)
        telephone.wait(gap.total_seconds())

    assert gaps == sorted(gaps)
    assert len(gaps) < 30
    assert sum(gaps, timedelta()) > timedelta(hours=23)
    assert (await channel.report(receipt.id)).kind is DeliveryKind.PASSED_ON


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.BROKEN, Fault.SILENT])
async def test_a_text_that_left_without_an_answer_is_found_again(telephone: Telephone, fault: Fault) -> None:
    channel = telephone.sms_channel()
    trace = Trace("a.1", ALICE, TEXT, NOON, frozenset())
    telephone.company.faults.append(fault)

    with pytest.raises(Doubt):
        await channel.send(outgoing(TEXT))
    found = await channel.find(trace)

    assert found is not None
    assert [text.sid for text in telephone.messages] == [found.id]
    assert await channel.find(replace(trace, text="something else")) is None
    assert await channel.find(replace(trace, known=frozenset({found.id}))) is None


@pytest.mark.parametrize(
    ("code", "fault", "is_dead"),
    [
        (21211, "recipient", True),
        (21614, "recipient", True),
        (21610, "recipient", True),
        (21408, "us", False),
    ],
)
async def test_a_number_that_is_refused_is_told_from_a_fault_of_ours(
    telephone: Telephone, code: int, fault: str, is_dead: bool
) -> None:
    telephone.company.expect_texts(ALICE, Refused(code))

    with pytest.raises(DeliveryError) as error:
        await telephone.sms_channel().send(outgoing(TEXT))

    assert (error.value.code, error.value.fault) == (str(code), fault)
    assert error.value.address_is_dead is is_dead
    assert telephone.messages == []


async def test_every_part_costs(telephone: Telephone) -> None:
    channel = telephone.sms_channel(price=Decimal("0.08"))

    assert channel.price(outgoing("a" * 160).rendered) == Decimal("0.08")
    assert channel.price(outgoing("ā" * 160).rendered) == Decimal("0.24")
    assert channel.price(outgoing("“" + "a" * 158 + "”").rendered) == Decimal("0.08")


async def test_it_is_a_channel_that_can_be_asked(telephone: Telephone) -> None:
    channel: Channel = telephone.sms_channel()

    assert isinstance(channel, Answerable)
    assert channel.traits.name == "sms"
