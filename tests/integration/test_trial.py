"""A test message to oneself: marked as one on every channel, and followed until its outcome is known."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from paldies.campaigns.deliveries import DeliveryKind
from paldies.channels.base import DeliveryError
from paldies.cli.trial import Trial, marked
from paldies.clock import SystemClock
from paldies.demo.telephone.lines import (
    Arrives,
    Busy,
    CallLine,
    Person,
    Refused,
    TextLine,
    Undelivered,
    Untold,
)
from tests.outgoings import ALICE, outgoing
from tests.telephone import Telephone, telephone_company

SAID = "Paldies par pasūtījumu."


@pytest.fixture
async def telephone() -> AsyncIterator[Telephone]:
    """Its clock is that of the wall: whoever waits for an outcome waits for it."""
    async with telephone_company(clock=SystemClock()) as telephone:
        yield telephone


def heard() -> tuple[list[str], Callable[[str], None]]:
    said: list[str] = []
    return said, said.append


@pytest.mark.parametrize(
    ("line", "kind"),
    [(Arrives(1), DeliveryKind.DELIVERED), (Undelivered(after=1), DeliveryKind.BOUNCED)],
)
async def test_what_became_of_a_text_is_told(
    telephone: Telephone, line: TextLine, kind: DeliveryKind
) -> None:
    telephone.company.expect_texts(ALICE, line)
    said, tell = heard()

    receipt, report = await Trial(telephone.sms_channel(), marked(outgoing(SAID)), tell=tell, every=0.1).go()

    (text,) = telephone.messages
    assert (text.sid, text.body) == (receipt.id, f"Test: {SAID}")
    assert report and report.kind is kind
    assert said == ["It has left; what becomes of it is asked for a minute …"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [(Busy(after=0.2), DeliveryKind.BUSY), (Person(0.1, hangs_up_after=0.2), DeliveryKind.ANSWERED)],
)
async def test_what_became_of_a_call_is_told(
    telephone: Telephone, line: CallLine, kind: DeliveryKind
) -> None:
    telephone.company.expect_calls(ALICE, line)
    message = marked(outgoing(SAID))

    _, report = await Trial(telephone.call_channel(), message, tell=lambda _: None, every=0.2).go()

    (call,) = telephone.calls
    assert f"Test: {SAID}" in call.form["Twiml"]
    assert report and report.kind is kind


async def test_a_machine_is_told_that_it_is_a_test_as_well() -> None:
    message = outgoing(SAID)

    trial = marked(replace(message, rendered=replace(message.rendered, voicemail="Zvaniet mums.")))

    assert trial.rendered.voicemail == "Test: Zvaniet mums."


async def test_a_letter_is_marked_in_its_subject_alone() -> None:
    message = outgoing(SAID)
    letter = replace(message.rendered, to="anna@example.com", subject="Paldies", html="<p>Paldies</p>")

    trial = marked(replace(message, rendered=letter))

    assert (trial.rendered.subject, trial.rendered.text) == ("[Test] Paldies", SAID)


async def test_what_nobody_can_say_in_time_is_told_as_far_as_it_is_known(telephone: Telephone) -> None:
    telephone.company.expect_texts(ALICE, Untold())
    trial = Trial(telephone.sms_channel(), outgoing(SAID), tell=lambda _: None, patience=0.3, every=0.1)

    _, report = await trial.go()

    assert report and not report.kind.is_final


async def test_a_company_that_cannot_be_asked_is_asked_again(telephone: Telephone) -> None:
    telephone.company.is_out_of_order = True
    said, tell = heard()
    trial = Trial(telephone.sms_channel(), outgoing(SAID), tell=tell, patience=0.3, every=0.1)

    _, report = await asyncio.wait_for(trial.go(), 20)

    assert report is None
    assert any(sentence.startswith("It cannot be asked now") for sentence in said)


async def test_a_number_that_twilio_refuses_is_an_error_and_no_outcome(telephone: Telephone) -> None:
    telephone.company.expect_texts(ALICE, Refused(21211))

    with pytest.raises(DeliveryError):
        await Trial(telephone.sms_channel(), outgoing(SAID), tell=lambda _: None, every=0.1).go()

    assert telephone.messages == []
