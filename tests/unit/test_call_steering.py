"""Where a call goes once it is known who has answered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from paldies.campaigns.deliveries import DeliveryKind
from paldies.channels.call.state import CallState
from paldies.channels.call.steering import DO_NOT_RING, HANG_UP, LET_BE, Helm, Plan
from tests.factories import NOON

ON_THE_LINE = CallState("CA1", "in-progress", "", NOON, None)
VOICEMAIL = "<Response/>"


def by(answerer: str) -> CallState:
    return replace(ON_THE_LINE, answered_by=answerer)


@pytest.mark.parametrize("answerer", ["", "human", "unknown"])
def test_whoever_may_be_a_person_is_spoken_to(answerer: str) -> None:
    helm = Helm()
    helm.placed("CA1", Plan(VOICEMAIL))

    assert helm.order(by(answerer), NOON) == LET_BE


@pytest.mark.parametrize("answerer", ["machine_start", "machine_end_beep", "machine_end_other", "fax"])
def test_a_machine_without_a_message_for_it_is_hung_up_on(answerer: str) -> None:
    helm = Helm()
    helm.placed("CA1", Plan())

    assert helm.order(by(answerer), NOON) == HANG_UP
    assert Helm().order(by(answerer), NOON) == HANG_UP  # after a restart


def test_a_machine_is_told_its_message_once() -> None:
    helm = Helm()
    helm.placed("CA1", Plan(VOICEMAIL))

    first = helm.order(by("machine_end_beep"), NOON)
    helm.given("CA1", first)

    assert first == {"twiml": VOICEMAIL}
    assert helm.order(by("machine_end_beep"), NOON) == LET_BE


def test_a_fax_is_told_nothing() -> None:
    helm = Helm()
    helm.placed("CA1", Plan(VOICEMAIL))

    assert helm.order(by("fax"), NOON) == HANG_UP


def test_a_call_that_still_waits_when_its_hour_is_over_does_not_ring() -> None:
    helm = Helm()
    helm.placed("CA1", Plan(must_ring_by=NOON))
    waiting = replace(ON_THE_LINE, status="queued")

    assert helm.order(waiting, NOON - timedelta(seconds=1)) == LET_BE
    assert helm.order(waiting, NOON) == DO_NOT_RING
    assert helm.order(replace(waiting, status="ringing"), NOON) == LET_BE


def test_a_call_that_is_over_is_forgotten() -> None:
    helm = Helm()
    helm.placed("CA1", Plan(VOICEMAIL))
    helm.over("CA1")

    assert helm.order(by("machine_end_beep"), NOON) == HANG_UP


@pytest.mark.parametrize(
    ("status", "answerer", "kind"),
    [
        ("queued", "", DeliveryKind.QUEUED),
        ("ringing", "", DeliveryKind.RINGING),
        ("in-progress", "machine_start", DeliveryKind.RINGING),
        ("completed", "human", DeliveryKind.ANSWERED),
        ("completed", "unknown", DeliveryKind.ANSWERED),
        ("completed", "", DeliveryKind.ANSWERED),
        ("completed", "machine_start", DeliveryKind.VOICEMAIL),
        ("completed", "machine_end_silence", DeliveryKind.VOICEMAIL),
        ("completed", "fax", DeliveryKind.VOICEMAIL),
        ("busy", "", DeliveryKind.BUSY),
        ("no-answer", "", DeliveryKind.NO_ANSWER),
        ("failed", "", DeliveryKind.FAILED),
        ("canceled", "", DeliveryKind.FAILED),
        ("a status of next year", "", DeliveryKind.RINGING),
    ],
)
def test_each_status_has_its_meaning(status: str, answerer: str, kind: DeliveryKind) -> None:
    assert replace(by(answerer), status=status).kind is kind
